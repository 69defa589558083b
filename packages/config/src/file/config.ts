import type { Instance, Policy, Region, Schedule } from '@cbcr/domain';
import type { z } from 'zod';
import type { Problem } from '../problem.ts';

/** The content of a `cbcr.yaml`. */
export interface Config {
  regions: Region[];
  policies: Policy[];
  instances: Instance[];
  /** Bandwidth limits by name, as the schema of the vocabulary gives them. */
  limits: Readonly<Record<string, unknown>>;
}

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: Problem[] };

/**
 * What a file may name, and the decisions that it is checked against. The app that reads the file passes them in, because this package
 * knows no adapter and takes no decision.
 */
export interface ConfigVocabulary {
  /** Store kinds, each with the schema of its options (the `store:` block without `kind`). */
  stores: Readonly<Record<string, z.ZodType>>;
  /** Engines by name; only the names are read. */
  engines: Readonly<Record<string, unknown>>;
  /** `limitsSchema` of `@cbcr/throttle`: the section `limits:`, whose `links` and `regions` name regions. */
  limits: z.ZodType<Readonly<Record<string, unknown>>>;
  /** `checkSchedule` of `@cbcr/policy`. */
  checkSchedule(schedule: Schedule): readonly { field: keyof Schedule; text: string }[];
  /** `isRegionAllowed` of `@cbcr/policy`. */
  isRegionAllowed(policy: Policy, region: Region): { allowed: boolean; reason: { text: string } };
}
