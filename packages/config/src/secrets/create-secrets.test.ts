import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCbcrError } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecrets } from './create-secrets.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cbcr-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const key = Buffer.alloc(32, 1);
const env = { SHOP_URL: 'postgres://shop:pw@db/shop', CBCR_TOKEN: 'own-secret', cbcr_lower: 'own-secret', EMPTY: '' };
const secrets = createSecrets({ sealKey: key, env });
const failure = (reference: string, from = secrets, options?: { context: string }) =>
  from.resolve(reference, options).then(
    (value) => expect.fail(`resolved to ${value}`),
    (error: unknown) => {
      expect(isCbcrError(error, 'secret.unresolvable')).toBe(true);
      return String(error);
    },
  );

describe('references', () => {
  test('to variables are resolved', async () => {
    expect(await secrets.resolve('env:SHOP_URL')).toBe('postgres://shop:pw@db/shop');
  });

  test.each(['env:CBCR_TOKEN', 'env:cbcr_lower', 'env:NOBODY', 'env:EMPTY', 'env:toString', 'env:A B', 'env:'])(
    '%s is refused',
    async (reference) => {
      expect(await failure(reference)).not.toContain('own-secret');
    },
  );

  test('to files are resolved without the last newline', async () => {
    const path = join(folder, 'url');
    await writeFile(path, 'postgres://x\n\n');
    expect(await secrets.resolve(`file:${path}`)).toBe('postgres://x\n');
  });

  test('to files of CBCR itself are refused, also through a link', async () => {
    const own = join(folder, 'own');
    const link = join(folder, 'link');
    await writeFile(own, 'own-secret');
    await symlink(own, link);
    const guarded = createSecrets({ sealKey: key, env: { CBCR_SEAL_KEY_FILE: own } });
    for (const path of [own, link]) expect(await failure(`file:${path}`, guarded)).toMatch(/files of CBCR itself/);
  });

  test.each(['file:/proc/self/environ', 'file:/proc/self/mem', 'file:/dev/zero', 'file:relative', 'file:/nowhere/at/all', 'file:/tmp'])(
    '%s is refused',
    async (reference) => {
      await failure(reference);
    },
  );

  test('a secret in place of a reference is refused and not repeated', async () => {
    for (const text of ['postgres://shop:hunter2@db/shop', 'env:hunter2!', 'sealed:v1:hunter2']) {
      expect(await failure(text)).not.toContain('hunter2');
    }
  });
});

describe('sealed values', () => {
  test('open again with the same key, and never look the same twice', async () => {
    const sealed = secrets.seal('postgres://me:pässwörd@db', 'restore-target');
    expect(sealed).toMatch(/^sealed:v1:/);
    expect(Buffer.from(sealed.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('postgres');
    expect(await secrets.resolve(sealed)).toBe('postgres://me:pässwörd@db');
    expect(secrets.seal('postgres://me:pässwörd@db', 'restore-target')).not.toBe(sealed);
  });

  test('do not open with another key', async () => {
    const other = createSecrets({ sealKey: Buffer.alloc(32, 2), env: {} });
    expect(await failure(other.seal('hunter2', 'x'))).toMatch(/sealed with another key, or it is damaged/);
  });

  test('do not open for another purpose, nor under a changed context', async () => {
    const sealed = secrets.seal('hunter2', 'restore-target');
    expect(await secrets.resolve(sealed, { context: 'restore-target' })).toBe('hunter2');
    expect(await failure(sealed, secrets, { context: 'instance' })).toMatch(/another purpose/);
    const box = sealed.split('.')[1];
    await failure(`sealed:v1:${Buffer.from('instance').toString('base64url')}.${box}`);
  });

  test('notice damage at any place', async () => {
    const sealed = secrets.seal('hunter2', 'x');
    const [head = '', box = ''] = sealed.split('.');
    const bytes = Buffer.from(box, 'base64url');
    for (let place = 0; place < bytes.length; place++) {
      const damaged = Buffer.from(bytes);
      damaged[place] = (damaged[place] ?? 0) ^ 1;
      await failure(`${head}.${damaged.toString('base64url')}`);
    }
    for (const cut of ['', head, `${head}.`, `${sealed}.x`, sealed.slice(0, -4)]) await failure(cut || 'sealed:');
  });

  test('use the randomness that they are given', () => {
    const fixed = createSecrets({ sealKey: key, env: {}, randomBytes: (size) => Buffer.alloc(size, 9) });
    expect(fixed.seal('x', 'y')).toBe(fixed.seal('x', 'y'));
  });
});
