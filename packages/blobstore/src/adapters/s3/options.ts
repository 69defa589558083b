import { z } from 'zod';
import { findPrefixProblem } from '../../blob-key.ts';

const secretReference = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/s, 'a reference, never the secret itself: env:NAME or file:PATH');
/** Leaves room below the 1,024 bytes that S3 allows for a key. */
const longestPrefix = 100;

/** The `store:` block of a region with `kind: s3`. */
export const s3OptionsSchema = z
  .strictObject({
    bucket: z.string().min(3).max(255),
    // biome-ignore lint/plugin/region-names: what S3 servers that have no regions expect in a signature; it names no region of ours
    region: z.string().min(1).default('us-east-1').describe('What the provider calls the region, such as eu-central-1.'),
    endpoint: z
      .url({ protocol: /^https?$/, error: 'a URL such as https://s3.example.org' })
      .optional()
      .describe('For stores that are not AWS.'),
    prefix: z
      .string()
      .max(longestPrefix)
      .refine((prefix) => findPrefixProblem(prefix) === null, 'folders of letters, digits and _ . = -, such as team-a/backups/')
      .default('')
      .describe('Put before every key. A missing slash at the end is added.'),
    forcePathStyle: z
      .boolean()
      .optional()
      .describe('The bucket as part of the path, not of the host name. On by default where an endpoint is given.'),
    accessKeyId: secretReference.optional().describe('With secretAccessKey. Without both, the default credential chain of the AWS SDK.'),
    secretAccessKey: secretReference.optional(),
  })
  .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined), {
    path: ['secretAccessKey'],
    error: 'accessKeyId and secretAccessKey belong together',
  });
