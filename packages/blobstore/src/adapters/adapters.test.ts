import { inspect } from 'node:util';
import { systemClock } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { regionNamed } from '../../test/sample-point.ts';
import { rejectionOf } from '../contract/expect.ts';
import { createLocker, createStore, storeAdapters, storeOptionsSchemas } from './index.ts';

const sha256OfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const context = { region: regionNamed('north'), clock: systemClock, resolveSecret: (reference: string) => `secret of ${reference}` };
const s3 = { kind: 's3', bucket: 'backups', endpoint: 'http://127.0.0.1:1' };

test('each adapter is listed under its kind, with a schema that refuses unknown options', () => {
  expect(Object.keys(storeAdapters)).toEqual(['fs', 's3']);
  for (const [kind, adapter] of Object.entries(storeAdapters)) {
    expect(adapter.kind).toBe(kind);
    expect(storeOptionsSchemas[kind]).toBe(adapter.optionsSchema);
    const issues = adapter.optionsSchema.safeParse({ path: '/backups', bucket: 'backups', colour: 'blue' }).error?.issues ?? [];
    expect(issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))).toContain('colour');
  }
});

test.each([
  [{ kind: 'tape' }, /kind: tape is not one of fs, s3/],
  [{ kind: 'constructor' }, /is not one of/],
  [{ kind: 'fs', path: 'relative/path' }, /path: an absolute path/],
  [{ kind: 'fs' }, /path: /],
  [{ kind: 's3' }, /bucket: /],
  [{ ...s3, endpoint: 'ftp://host' }, /endpoint: a URL/],
  [{ ...s3, prefix: '../other' }, /prefix: folders/],
  [{ ...s3, prefix: 'a//b' }, /prefix: folders/],
  [{ ...s3, accessKeyId: 'env:KEY' }, /belong together/],
])('wrong options are refused with their path: %j', async (spec, problem) => {
  await expect(createStore(spec, context)).rejects.toMatchObject({
    code: 'store.options-invalid',
    message: expect.stringMatching(problem),
  });
});

test('a secret in the place of a reference is refused and not repeated', async () => {
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG';
  const error = await rejectionOf(() => createStore({ ...s3, accessKeyId: 'env:KEY', secretAccessKey }, context));
  expect(error).toMatchObject({ code: 'store.options-invalid', message: expect.stringContaining('a reference, never the secret itself') });
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(secretAccessKey);
});

test('a store is opened without touching the network or the disk', async () => {
  const references: string[] = [];
  const resolveSecret = async (reference: string) => {
    references.push(reference);
    return 'secret';
  };
  const options = { ...s3, prefix: 'team-a', accessKeyId: 'env:KEY', secretAccessKey: 'file:/run/secrets/s3' };
  const stores = [
    await createStore(options, { ...context, resolveSecret }),
    await createStore({ kind: 'fs', path: '/no/such/folder' }, context),
  ];
  expect(references).toEqual(['env:KEY', 'file:/run/secrets/s3']);
  for (const store of stores) {
    expect(store.region).toBe('north');
    await store.close();
  }
});

test('a folder says that it can neither hold nor lock, and takes no object that shall be locked', async () => {
  const locker = await createLocker({ kind: 'fs', path: '/no/such/folder' }, context);
  expect(await locker.support()).toEqual({ supported: false, reason: 'a folder has no legal holds and no locks' });
  await expect(locker.setLegalHold({ key: 'a', versionId: 'null' }, true)).rejects.toMatchObject({ code: 'lock.unsupported' });
  const store = await createStore({ kind: 'fs', path: '/no/such/folder' }, context);
  const options = { sha256: sha256OfNothing, ifAbsent: true, lock: { mode: 'governance', until: systemClock.now() } } as const;
  await expect(store.put('a', new Uint8Array(0), options)).rejects.toMatchObject({ code: 'lock.unsupported' });
  await locker.close();
});
