import { cancelChannelOf, keyPrefixOf, queueNameOf, regionIdSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { jobKinds } from './kinds/index.ts';

const region = regionIdSchema.parse('eu-central-1');

test('a queue is named after its kind and region, its keys share one slot of a cluster', () => {
  expect(queueNameOf('backup', region)).toBe('backup.eu-central-1');
  expect(keyPrefixOf(region)).toBe('{cbcr-eu-central-1}');
  expect(cancelChannelOf(region)).toBe('{cbcr-eu-central-1}:cancel');
});

test('no kind breaks what BullMQ allows in a queue name', () => {
  for (const [name, kind] of Object.entries(jobKinds)) {
    expect(kind.name).toBe(name);
    expect(queueNameOf(kind.name, region)).not.toContain(':');
  }
});

test('a restore goes before a backup, and a backup before the debt', () => {
  expect(jobKinds.restore.priority).toBeLessThan(jobKinds.backup.priority);
  expect(jobKinds.backup.priority).toBeLessThan(jobKinds.replicate.priority);
});
