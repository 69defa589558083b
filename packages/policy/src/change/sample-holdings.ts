import { type CopyState, type HeldPoint, type RegionId, recoveryPointIdSchema } from '@cbcr/domain';
import { decide } from '../situation/decide.ts';
import type { PlannedInstance, Situation } from '../situation/situation.ts';

const day = 86_400_000;
const gib = 1024 ** 3;

/** Small whole numbers that depend on nothing but the text: the same fleet on every machine. */
const hashOf = (text: string): number => [...text].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 1_000_003, 7);

/** Daily points where the rulebook wants them, of which a few copies are owed, stored or old, as in any fleet. For tests alone. */
export function sampleHolding(situation: Situation, instance: PlannedInstance, count = 5 + (hashOf(instance.id) % 26)): HeldPoint[] {
  const regions = decide(situation, instance).placement.placed.map(({ region }) => region);
  const seed = hashOf(instance.id);
  const bytes = (1 + (seed % 40)) * gib;
  return Array.from({ length: count }, (_, age): HeldPoint => {
    const capturedAtMs = situation.now.getTime() - age * day - (seed % 20) * 3_600_000;
    return {
      id: recoveryPointIdSchema.parse(`rp_${`${seed}`.padStart(7, '0')}${`${count - age}`.padStart(19, '0')}`),
      state: 'complete',
      capturedAtMs,
      completedAtMs: capturedAtMs + 600_000,
      storedBytes: bytes + age * 1024 ** 2,
      copies: regions.map((region, index) => copyOf(region, index, age, seed, capturedAtMs, situation.now.getTime())),
    };
  });
}

function copyOf(
  region: RegionId,
  index: number,
  age: number,
  seed: number,
  capturedAtMs: number,
  nowMs: number,
): HeldPoint['copies'][number] {
  const state: CopyState = index === 0 || (age + seed) % 11 > 0 ? 'verified' : (age + seed) % 2 === 0 ? 'failed' : 'stored';
  const verifiedAtMs = Math.max(capturedAtMs + 900_000, nowMs - (3 + (seed % 40)) * day);
  return { region, state, sinceMs: capturedAtMs + 700_000, verifiedAtMs: state === 'verified' ? verifiedAtMs : null };
}
