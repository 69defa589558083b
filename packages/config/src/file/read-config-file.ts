import { readFile } from 'node:fs/promises';
import { CbcrError } from '@cbcr/domain';
import type { Problem } from '../problem.ts';
import type { ConfigResult, ConfigVocabulary } from './config.ts';
import { parseConfig } from './parse-config.ts';

/** Reads and parses a `cbcr.yaml`. A file that cannot be read is a problem like any other. */
export async function readConfigFile(file: string, vocabulary: ConfigVocabulary): Promise<ConfigResult> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { ok: false, problems: [{ file, path: '', line: 1, column: 1, message: `the file cannot be read (${code})` }] };
  }
  return parseConfig(text, file, vocabulary);
}

/** The error to end with after the problems were shown. */
export const invalidConfig = (file: string, problems: readonly Problem[]): CbcrError<'config.invalid'> =>
  new CbcrError('config.invalid', { file, count: problems.length });
