import { readFile } from 'node:fs/promises';
import { CbcrError } from '@cbcr/domain';

/** Throws `usage.file-unreadable`. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CbcrError('usage.file-unreadable', { file, cause }, { cause: error });
  }
}
