import { readFile } from 'node:fs/promises';
import { CbcrError } from '@cbcr/domain';

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CbcrError('usage.invalid', { cause: `${file} cannot be read` }, { cause: error });
  }
}
