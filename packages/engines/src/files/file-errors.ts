import { CbcrError, isCbcrError } from '@cbcr/domain';

const missingCodes = new Set(['ENOENT', 'ENOTDIR']);
const deniedCodes = new Set(['EACCES', 'EPERM', 'EROFS']);
const unreachableCodes = new Set(['EIO', 'ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'ENOTCONN']);

/** A system error on `folder` becomes an error of the catalogue. A `CbcrError` passes. */
export function translateFileError(error: unknown, folder: string, fallback: (cause: string) => CbcrError): CbcrError {
  if (isCbcrError(error)) return error;
  const cause = error instanceof Error ? error.message.replace(/\p{Cc}/gu, '?') : String(error);
  const code = systemCode(error);
  if (deniedCodes.has(code)) return new CbcrError('engine.denied', { database: folder, cause });
  if (unreachableCodes.has(code)) return new CbcrError('engine.unreachable', { database: folder, cause });
  return fallback(cause);
}

/** For the folder itself, where "missing" means that there is no such database. */
export function translateFolderError(error: unknown, folder: string, fallback: (cause: string) => CbcrError): CbcrError {
  if (missingCodes.has(systemCode(error))) return new CbcrError('engine.database-missing', { database: folder });
  return translateFileError(error, folder, fallback);
}

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
