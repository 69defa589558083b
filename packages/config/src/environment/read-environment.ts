import { readFileSync } from 'node:fs';
import { CbcrError } from '@cbcr/domain';
import { findSimilar } from '../did-you-mean.ts';
import { trimOneNewline } from '../secrets/trim-one-newline.ts';
import type { EnvironmentOf, EnvironmentSchema, Reading, Variable } from './variable.ts';

/** The variables of a process. An empty text counts as absent, as compose files and shells produce it. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every variable of a schema. Each `X` may be given as `X_FILE` instead, a path to a file with the text (one newline at its end is
 * dropped). All problems come at once in `config.environment-invalid`; they name variables and paths, never the text of a variable.
 */
export function readEnvironment<Schema extends EnvironmentSchema>(
  schema: Schema,
  environment: ProcessEnvironment = process.env,
): EnvironmentOf<Schema> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [field, variable] of Object.entries(schema)) {
    const reading = readVariable(variable, environment);
    if ('problem' in reading) problems.push(reading.problem);
    else values[field] = reading.value;
  }
  if (problems.length > 0) throw new CbcrError('config.environment-invalid', { cause: problems.join('; ') });
  return values as EnvironmentOf<Schema>;
}

function readVariable(variable: Variable, environment: ProcessEnvironment): Reading<unknown> {
  const { name, presence } = variable;
  const found = findText(name, environment);
  if ('problem' in found) return found;
  if (found.value === undefined) {
    if (presence === 'optional') return { value: undefined };
    if (presence === 'required') return { problem: `${name} is missing${hintAt(name, environment)}` };
  }
  const text = found.value ?? (typeof presence === 'object' ? presence.otherwise : '');
  const reading = variable.read(text);
  return 'problem' in reading ? { problem: `${found.origin} ${reading.problem}` } : reading;
}

function findText(name: string, environment: ProcessEnvironment): { value: string | undefined; origin: string } | { problem: string } {
  const fileName = `${name}_FILE`;
  const direct = environment[name] || undefined;
  const file = environment[fileName] || undefined;
  if (direct !== undefined && file !== undefined) return { problem: `${name} and ${fileName} are both set; set one` };
  if (file === undefined) return { value: direct, origin: name };
  try {
    const text = trimOneNewline(readFileSync(file, 'utf8'));
    return text === ''
      ? { problem: `${fileName} names an empty file (${file})` }
      : { value: text, origin: `the text in ${file} (${fileName})` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { problem: `${fileName} names a file that cannot be read (${file}, ${code})` };
  }
}

function hintAt(name: string, environment: ProcessEnvironment): string {
  const set = Object.keys(environment).filter((key) => key.startsWith('CBCR_') && key !== name && environment[key]);
  const similar = findSimilar(name, set);
  return similar === undefined ? '' : ` (${similar} is set: is it misspelt?)`;
}
