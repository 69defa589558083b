import { CbcrError, regionIdSchema, systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { expect, test } from 'vitest';
import { startProbing } from './probing.ts';

const region = regionIdSchema.parse('somewhere');
const abilities = { conditionalPut: true, versioning: true, objectLock: true, checksums: true, serverSideCopy: false, location: null };
const everyMs = 60_000;

/** Time stands still while the loop works and jumps when it sleeps; the loop ends after so many sleeps. */
async function probeFor(rounds: number, probe: (attempt: number) => 'found' | 'away' | 'moved') {
  let nowMs = 0;
  let known: Date | null = null;
  const probedAtMs: number[] = [];
  const stopped = Promise.withResolvers<void>();
  const probing = startProbing({
    region,
    everyMs,
    logger: createLogger({ service: 'test', level: 'silent' }),
    catalog: {
      capabilities: {
        record: async () => true,
        read: async () => new Map(known === null ? [] : [[region, { ...abilities, worker: 'w', probedAt: known }]]),
      },
    },
    clock: {
      ...systemClock,
      now: () => new Date(nowMs),
      async sleep(ms) {
        nowMs += ms;
        rounds -= 1;
        if (rounds === 0) probing.stop().then(stopped.resolve, stopped.reject);
      },
    },
    async probe() {
      probedAtMs.push(nowMs);
      const answer = probe(probedAtMs.length);
      if (answer === 'away') throw new CbcrError('store.unreachable', { region, cause: 'ECONNREFUSED' });
      known = answer === 'moved' ? null : new Date(nowMs);
      return abilities;
    },
  });
  await stopped.promise;
  return probedAtMs;
}

test('a store is tried when the worker starts, and again when what is known of it is too old', async () => {
  expect(await probeFor(13, () => 'found')).toEqual([0, 60_000, 120_000]);
});

test('a store that could not be tried is tried again soon', async () => {
  expect(await probeFor(8, (attempt) => (attempt < 3 ? 'away' : 'found'))).toEqual([0, 10_000, 20_000]);
});

test('a region that was given another store is tried again soon', async () => {
  expect(await probeFor(5, (attempt) => (attempt === 1 ? 'moved' : 'found'))).toEqual([0, 10_000]);
});
