import type { RecoveryPointId } from '@cbcr/domain';
import type { DataKey } from './data-key.ts';

/**
 * Keeps the keys that wrap data keys (a file, a KMS). The wrapped form is opaque text that only this provider understands.
 *
 * Promises: `unwrap` gives back exactly the data key that was wrapped for the same key id and the same point, or rejects:
 * `key.missing` when it does not have the key, `key.wrong` when the key it has does not open the wrapped form (another key, another
 * point, or damaged text). No error and no log shows key material. Both may be called again after any failure.
 */
export interface KeyProvider {
  wrap(request: { keyId: string; point: RecoveryPointId; dataKey: DataKey }): Promise<string>;
  unwrap(request: { keyId: string; point: RecoveryPointId; wrapped: string }): Promise<DataKey>;
}
