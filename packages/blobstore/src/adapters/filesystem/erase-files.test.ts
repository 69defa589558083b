import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instanceIdSchema, issueDeletionPermit, recoveryPointIdSchema, regionIdSchema, systemClock } from '@cbcr/domain';
import { expect, onTestFinished, test } from 'vitest';
import { pointPrefix } from '../../object-keys.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';

test('a name that leads out of the folder of the point erases nothing', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cbcr-fs-erase-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const region = regionIdSchema.parse('disk');
  const instance = instanceIdSchema.parse('shop');
  const [point, other] = [1, 2].map((number) => recoveryPointIdSchema.parse(`rp_${String(number).padStart(26, '0')}`));
  if (point === undefined || other === undefined) throw new RangeError('there are two');
  for (const one of [point, other]) mkdirSync(join(root, pointPrefix(instance, one)), { recursive: true });
  const victim = join(root, pointPrefix(instance, other), 'manifest.json');
  writeFileSync(victim, 'of another point');

  const store = createFilesystemBlobStore({ region, root, clock: systemClock });
  const eraser = store.openEraser(issueDeletionPermit({ instance, point, region, purpose: 'garbage', keeps: 'nothing' }));
  const key = `${pointPrefix(instance, point)}../${other}/manifest.json`;
  await expect(eraser.deleteVersions([{ key, versionId: null, isMarker: false, sizeBytes: 1 }])).rejects.toMatchObject({
    code: 'store.key-invalid',
  });
  expect(existsSync(victim)).toBe(true);
});
