import { CbcrError, type RegionId } from '@cbcr/domain';
import type { StoreOperation } from '../../decorators/observation.ts';

/** What a system call says when the disk or the network share behind the folder is gone or failing. */
const awayCodes = new Set([
  'EIO',
  'ENODEV',
  'ENXIO',
  'ESTALE',
  'ENOTCONN',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
]);
const fullCodes = new Set(['ENOSPC', 'EDQUOT']);
const deniedCodes = new Set(['EACCES', 'EPERM', 'EROFS']);

export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function isAbsence(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The `store.*` error for whatever a file operation threw. */
export function translateFileError(error: unknown, { region, operation }: { region: RegionId; operation: StoreOperation }): CbcrError {
  if (error instanceof CbcrError) return error;
  const code = errorCodeOf(error) ?? '';
  const cause = error instanceof Error ? error.message : String(error);
  if (fullCodes.has(code)) return new CbcrError('store.full', { region }, { cause: error });
  if (deniedCodes.has(code)) return new CbcrError('store.denied', { region, operation, cause }, { cause: error });
  if (awayCodes.has(code)) return new CbcrError('store.unreachable', { region, cause }, { cause: error });
  return new CbcrError('store.failed', { region, operation, cause }, { cause: error });
}
