import fc from 'fast-check';
import { extract, pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { readNames, writeNames } from './archive-names.ts';

const name = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 47 ? 120 : byte))));
const modifiedNs = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n });

it('gives back every name that a file system can hold, and its time to the microsecond', async () => {
  await fc.assert(
    fc.asyncProperty(name, name, modifiedNs, async (path, link, time) => {
      const archive = pack();
      archive.entry({ ...writeNames({ path, link, modifiedNs: time }), type: 'symlink' });
      archive.finalize();
      const reader = extract();
      archive.pipe(reader);
      for await (const { header } of reader) {
        const names = readNames(header);
        expect(names.path.equals(path)).toBe(true);
        expect(names.link?.equals(link)).toBe(true);
        expect(Math.abs(names.modifiedSeconds - Number(time) / 1e9)).toBeLessThan(1e-5);
        return;
      }
      throw new Error('the archive is empty');
    }),
  );
});
