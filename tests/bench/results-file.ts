import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { MachineFacts } from './machine.ts';
import type { Result } from './measurements.ts';
import type { BenchOptions } from './options.ts';
import type { Target } from './report/targets.ts';

/** One call of `pnpm bench`. */
export interface Session {
  startedAt: string;
  options: BenchOptions;
  machine: MachineFacts;
  /** False until its last measurement was made: it was cut, or still runs. */
  isWhole: boolean;
}

export interface ResultsFile {
  sessions: Session[];
  results: Result[];
  targets: Target[];
}

/** Null where there is no file. Throws an Error when it holds results of other data, which must not be put beside these. */
export async function readResultsFile(path: string, options: BenchOptions): Promise<ResultsFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const found: ResultsFile = JSON.parse(text);
  const dataOf = ({ megabytes, seed, store }: BenchOptions) => ({ megabytes, seed, store });
  if (found.sessions?.some((session) => !isDeepStrictEqual(dataOf(session.options), dataOf(options))) !== false)
    throw new Error(`${path} is of another --megabytes, --seed or --store: give another --output, or leave --append out`);
  return found;
}

/** Whole or not at all: whoever is cut leaves the file of the measurement before. */
export async function writeResultsFile(path: string, file: ResultsFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`);
  await rename(`${path}.new`, path);
}
