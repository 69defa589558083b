import { type CbcrError, isCbcrError } from '@cbcr/domain';

/**
 * Once a restore has begun to write, whatever the target does to break it leaves it incomplete, and trying again would only find it not empty. So a target that was
 * lost or that refused a right is no longer an outage or a denial, but a failed restore. An abort, and the error of a source, stay what they are.
 */
export function asIncomplete(error: unknown, restoreFailed: (cause: string) => CbcrError): unknown {
  if (!isCbcrError(error) || !error.code.startsWith('engine.') || error.code === 'engine.restore-failed') return error;
  return restoreFailed(error.message.replace(/\.$/, ''));
}
