import { CbcrError } from '@cbcr/domain';

/** Who forces something says why. */
export function requireReason({ reason, force }: { reason?: string; force?: boolean }): void {
  if (force === true && (reason ?? '').trim() === '') throw new CbcrError('usage.invalid', { cause: '--force needs a --reason' });
}
