import { z } from 'zod';

/**
 * Names that people choose (regions, instances, policies) end up in object keys, queue names and URLs: lower-case letters,
 * digits and single hyphens, 1 to 63 characters, starting with a letter. BullMQ forbids ':' in queue names and all-digit job ids.
 */
export const namePattern = /^[a-z](?:-?[a-z0-9])*$/;
const name = z
  .string()
  .max(63, 'at most 63 characters')
  .regex(namePattern, 'lower-case letters, digits and single hyphens, starting with a letter');

export const regionIdSchema = name.brand<'RegionId'>();
export const instanceIdSchema = name.brand<'InstanceId'>();
export const policyIdSchema = name.brand<'PolicyId'>();
export type RegionId = z.infer<typeof regionIdSchema>;
export type InstanceId = z.infer<typeof instanceIdSchema>;
export type PolicyId = z.infer<typeof policyIdSchema>;

const generated = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `an id like ${prefix}_01j9…`);

export const runIdSchema = generated('run').brand<'RunId'>();
export const recoveryPointIdSchema = generated('rp').brand<'RecoveryPointId'>();
export type RunId = z.infer<typeof runIdSchema>;
export type RecoveryPointId = z.infer<typeof recoveryPointIdSchema>;

/** `H-12`: counted by the catalog, so that people can say it. */
export const holdIdSchema = z
  .string()
  .regex(/^H-[1-9]\d{0,14}$/, 'an id like H-12')
  .brand<'HoldId'>();
export type HoldId = z.infer<typeof holdIdSchema>;

export interface IdFactory {
  runId(): RunId;
  recoveryPointId(): RecoveryPointId;
  /** Distinguishes two attempts to write the same segment: 16 hex digits, never reused. */
  writeToken(): string;
}

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Ids sort by creation time: 48 bits of milliseconds and 80 random bits in Crockford base 32 (the ULID layout, lower case).
 * `randomBytes` is an input so that simulations replay.
 */
export function createIdFactory(clock: { now(): Date }, randomBytes: (size: number) => Uint8Array): IdFactory {
  const ulid = () => {
    let time = clock.now().getTime();
    const stamp: string[] = [];
    for (let i = 0; i < 10; i++) {
      stamp.unshift(crockford.charAt(time % 32));
      time = Math.floor(time / 32);
    }
    const entropy = Array.from(randomBytes(16), (byte) => crockford.charAt(byte & 31));
    return stamp.join('') + entropy.join('');
  };
  return {
    runId: () => runIdSchema.parse(`run_${ulid()}`),
    recoveryPointId: () => recoveryPointIdSchema.parse(`rp_${ulid()}`),
    writeToken: () => Buffer.from(randomBytes(8)).toString('hex'),
  };
}
