import type { InstanceId, RecoveryPointId, RegionId } from './ids.ts';

/** Why a copy, or what is left of one, shall go. */
export const deletionPurposes = ['retention', 'residency', 'garbage', 'manual'] as const;
export type DeletionPurpose = (typeof deletionPurposes)[number];

/** What a permit is for: one point in one region, and nothing beside it. */
export interface DeletionScope {
  readonly instance: InstanceId;
  readonly point: RecoveryPointId;
  readonly region: RegionId;
  readonly purpose: DeletionPurpose;
  /** `named`: the manifest and every object that it names stay. */
  readonly keeps: 'nothing' | 'named';
}

/** Never leaves this file: a constructor that is called without it makes nothing. */
const seal = Symbol('deletion permit');

/**
 * The right to remove bytes. The deletion gate alone gives it, with an answer that allows a deletion now; whoever opens an eraser shows it. It is
 * a class with a private field, so that an object that looks the same is none, for the compiler and when running.
 */
export class DeletionPermit {
  readonly #scope: DeletionScope;

  constructor(key: typeof seal, scope: DeletionScope) {
    if (key !== seal) throw new TypeError('a permit is given by the deletion gate alone');
    this.#scope = Object.freeze({ ...scope });
  }

  /** Throws a TypeError for anything that the gate did not give. */
  static scopeOf(permit: DeletionPermit): DeletionScope {
    if (typeof permit !== 'object' || permit === null || !(#scope in permit)) throw new TypeError('this is no permit of the deletion gate');
    return permit.#scope;
  }
}

/** For the deletion gate of `@cbcr/policy`; a fence refuses it everywhere else. */
export const issueDeletionPermit = (scope: DeletionScope): DeletionPermit => new DeletionPermit(seal, scope);
