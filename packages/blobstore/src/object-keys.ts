import { type InstanceId, instanceIdSchema, type RecoveryPointId, recoveryPointIdSchema } from '@cbcr/domain';

/** Names of streams become a part of object keys. The same rule as `CaptureStream.name`. */
export const streamNamePattern = /^[a-z0-9-]{1,63}$/;
/** Tells two attempts to write the same segment apart: 16 hex digits, never reused. */
export const writeTokenPattern = /^[0-9a-f]{16}$/;
/** Eight decimal digits in the key, so that keys sort in the order of the segments. */
export const maxSegmentNumber = 99_999_999;

/** What identifies one stored segment inside a recovery point. */
export interface SegmentName {
  stream: string;
  number: number;
  writeToken: string;
}

export type ParsedObjectKey =
  | ({ kind: 'segment'; instance: InstanceId; point: RecoveryPointId } & SegmentName)
  | { kind: 'manifest'; instance: InstanceId; point: RecoveryPointId };

export const instancePrefix = (instance: InstanceId) => `v1/${instance}/`;
/** Everything of one recovery point in one region, with the closing slash. */
export const pointPrefix = (instance: InstanceId, point: RecoveryPointId) => `${instancePrefix(instance)}${point}/`;
export const segmentsPrefix = (instance: InstanceId, point: RecoveryPointId) => `${pointPrefix(instance, point)}segments/`;
export const manifestKey = (instance: InstanceId, point: RecoveryPointId) => `${pointPrefix(instance, point)}manifest.json`;

/** Throws a RangeError for a stream name, number or token that could not be parsed back. */
export function segmentKey(instance: InstanceId, point: RecoveryPointId, { stream, number, writeToken }: SegmentName): string {
  if (!streamNamePattern.test(stream)) throw new RangeError(`"${stream}" is not a stream name`);
  if (!writeTokenPattern.test(writeToken)) throw new RangeError(`"${writeToken}" is not a write token`);
  if (!Number.isInteger(number) || number < 0 || number > maxSegmentNumber) throw new RangeError(`${number} is not a segment number`);
  return `${segmentsPrefix(instance, point)}${stream}/${String(number).padStart(8, '0')}.${writeToken}`;
}

const keyPattern = /^v1\/([^/]+)\/([^/]+)\/(?:(manifest\.json)|segments\/([a-z0-9-]{1,63})\/([0-9]{8})\.([0-9a-f]{16}))$/;

/** The parts of a key, or null for a key that no version 1 writer makes. */
export function parseObjectKey(key: string): ParsedObjectKey | null {
  const match = keyPattern.exec(key);
  if (match === null) return null;
  const instance = instanceIdSchema.safeParse(match[1]);
  const point = recoveryPointIdSchema.safeParse(match[2]);
  if (!instance.success || !point.success) return null;
  const at = { instance: instance.data, point: point.data };
  const [, , , manifest, stream, number, writeToken] = match;
  if (manifest !== undefined) return { kind: 'manifest', ...at };
  if (stream === undefined || number === undefined || writeToken === undefined) return null;
  return { kind: 'segment', ...at, stream, number: Number(number), writeToken };
}
