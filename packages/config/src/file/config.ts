import type {
  ComplianceChoice,
  Instance,
  Placement,
  Policy,
  PolicyId,
  ProbedCapabilities,
  Purpose,
  Region,
  RegionCapabilities,
  RegionId,
  Rulebook,
  Schedule,
} from '@cbcr/domain';
import type { z } from 'zod';
import type { Problem } from '../problem.ts';

/** The content of a `cbcr.yaml`. */
export interface Config extends Rulebook {
  instances: Instance[];
  /** Bandwidth limits by name, as the schema of the vocabulary gives them. */
  limits: Readonly<Record<string, unknown>>;
}

/** `notes`: what is probably not meant, and wrong nowhere. */
export type ConfigResult = { ok: true; config: Config; notes: Problem[] } | { ok: false; problems: Problem[] };

/** The decisions of `@cbcr/policy` that a file is checked against. */
interface ConfigDecisions {
  resolvePolicy(
    rulebook: Rulebook,
    instance: Omit<Instance, 'connection'>,
  ): { policy: Policy & { origins?: Readonly<Record<string, PolicyId | 'default'>> }; applying: readonly { policy: PolicyId }[] };
  getStorageRegions(input: {
    rulebook: Rulebook;
    instance: Omit<Instance, 'connection'>;
    policy: Policy;
    capabilities: RegionCapabilities;
    now: Date;
  }): Placement;
  findUnboundedLocks(rulebook: Rulebook, instance: Omit<Instance, 'connection'>, placement: Placement): readonly RegionId[];
  mayUse(input: {
    rulebook: Rulebook;
    instance: Pick<Instance, 'id' | 'dataClass'>;
    policy: Policy;
    region: RegionId;
    purpose: Purpose;
    now: Date;
  }): { allowed: boolean; reason: { text: string } };
}

/** `isNote`: wrong nowhere, and probably not meant. */
interface RetentionFault {
  path: readonly (string | number)[];
  message: string;
  hint: string;
  isNote: boolean;
}

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
  /** `chooseControls` of `@cbcr/policy`: what is wrong with the section `compliance:`, with paths inside it. */
  chooseControls(choice: ComplianceChoice): { problems: readonly { path: readonly (string | number)[]; message: string }[] };
  /** `checkRetention` of `@cbcr/policy`: what of the rules contradicts itself, or does nothing, with paths in the file. */
  checkRetention(rulebook: Rulebook, instances: readonly Omit<Instance, 'connection'>[]): readonly RetentionFault[];
  decisions: ConfigDecisions;
  /** What a worker found in the store, where one has tried it. Absent: nothing is known of any store, and nothing is refused for it. */
  findCapabilities?(region: Pick<Region, 'id' | 'store'>): ProbedCapabilities | undefined;
  /** Exceptions expire. */
  now(): Date;
}
