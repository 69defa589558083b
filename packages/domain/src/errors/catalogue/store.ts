import type { ErrorEntry } from '../error-entry.ts';

export const storeErrors = {
  'store.unreachable': {
    sentence: 'The store of region {region} does not answer: {cause}.',
    hint: 'Check the endpoint, the network and the status of the provider. Runs wait for the region and cost no attempt.',
    treatment: 'outage',
    status: 503,
  },
  'store.denied': {
    sentence: 'The store of region {region} refused to {operation}: {cause}.',
    hint: 'Check the access key, its rights on the bucket (to read, write, list and delete), whether the disk is read-only, and the clock of the worker.',
    treatment: 'never',
    status: 403,
  },
  'store.bucket-missing': {
    sentence: 'The bucket {bucket} of region {region} does not exist.',
    hint: 'Create the bucket (with versioning and object lock where the policy demands them) or correct its name in cbcr.yaml.',
    treatment: 'never',
    status: 422,
  },
  'store.bucket-elsewhere': {
    sentence: 'The bucket {bucket} of region {region} is not where the configuration says: {cause}.',
    hint: "Correct region and endpoint in the store block of this region in cbcr.yaml; they are the provider's names.",
    treatment: 'never',
    status: 422,
  },
  'store.moved': {
    sentence: 'The store of region {region} is another one than when the run opened it.',
    hint: 'The run begins again with the store that the region has now. What it left in the other one is no copy.',
    treatment: 'attempt',
    status: 409,
  },
  'store.object-missing': {
    sentence: 'The object {key} is missing in region {region}.',
    hint: 'The copy is incomplete. It is marked as failed and made again from another region.',
    treatment: 'never',
    status: 404,
  },
  'store.object-exists': {
    sentence: 'The object {key} already exists in region {region} and is never overwritten.',
    hint: 'Two attempts wrote the same key; the later one gives way.',
    treatment: 'never',
    status: 409,
  },
  'store.full': {
    sentence: 'The store of region {region} has no room left.',
    hint: 'Add capacity. Runs wait for the region and cost no attempt; the copies of other regions are not touched.',
    treatment: 'outage',
    status: 503,
  },
  'store.erasure-refused': {
    sentence: 'The object {key} in region {region} is not deleted: {cause}.',
    hint: 'This is a defect: whoever deletes may delete what the deletion gate allowed, and nothing else. Nothing was deleted.',
    treatment: 'never',
    status: 403,
  },
  'store.erasure-incomplete': {
    sentence: 'The store of region {region} still holds {left} versions of {point} after they were deleted: {cause}.',
    hint: 'The copy stays expiring and is tried again. If it repeats, look for a lock, a legal hold or a missing right (s3:DeleteObjectVersion) at the store.',
    treatment: 'attempt',
    status: 500,
  },
  'store.failed': {
    sentence: 'The store of region {region} failed at {operation}: {cause}.',
    hint: 'The operation is retried. If it keeps failing, look at the logs of the store.',
    treatment: 'attempt',
    status: 500,
  },
  'store.key-invalid': {
    sentence: 'The key {key} cannot name an object in region {region}: {cause}.',
    hint: 'This is a defect, or a file that is not ours lies where a folder of the store should be.',
    treatment: 'never',
    status: 400,
  },
  'store.object-too-large': {
    sentence: 'The object {key} of region {region} has {sizeBytes} bytes; an object holds at most {limitBytes}.',
    hint: 'Objects are written as segments of about 32 MiB; a larger one was not written by CBCR.',
    treatment: 'never',
    status: 422,
  },
  'store.body-damaged': {
    sentence: 'The bytes for the object {key} of region {region} do not have their SHA-256; nothing was stored.',
    hint: 'The bytes changed between hashing and storing: suspect the memory of this machine, or a defect.',
    treatment: 'never',
    status: 500,
  },
  'store.options-invalid': {
    sentence: 'The store options of region {region} are not valid: {cause}.',
    hint: 'Correct the store block of this region in cbcr.yaml.',
    treatment: 'never',
    status: 422,
  },
  'store.read-only': {
    sentence: 'The store of region {region} was opened for reading only; {operation} is refused.',
    hint: 'A dry run never writes. Run the command without its dry-run option to make changes.',
    treatment: 'never',
    status: 403,
  },
} as const satisfies Record<string, ErrorEntry>;
