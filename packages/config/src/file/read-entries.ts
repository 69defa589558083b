import type { z } from 'zod';
import type { Path } from '../problem.ts';
import type { ProblemList } from './problem-list.ts';
import { reportIssues } from './report-issues.ts';

export interface Section<Entry> {
  /** Every name that the file gives, also of entries that are not valid: a reference to one is not a second problem. */
  names: string[];
  valid: Entry[];
}

export type Entries = Record<string, unknown>;
export const isEntries = (value: unknown): value is Entries => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `above` is where `file` stands, when it is not the file itself. */
export function readSection<Entry>(
  file: Entries,
  section: string,
  problems: ProblemList,
  read: (name: string, body: unknown, path: Path) => Entry | undefined,
  above: Path = [],
): Section<Entry> {
  const body = file[section] ?? {};
  const place = [...above, section];
  if (!isEntries(body)) {
    problems.add(place, 'a map of names is needed');
    return { names: [], valid: [] };
  }
  const valid = Object.entries(body).flatMap(([name, entry]) => read(name, entry, [...place, name]) ?? []);
  return { names: Object.keys(body), valid };
}

export function readName<Schema extends z.ZodType>(
  schema: Schema,
  name: string,
  path: Path,
  problems: ProblemList,
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(name);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) problems.addToKey(path, `not a usable name: ${issue.message}`);
  return undefined;
}

export function readEntry<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  path: Path,
  problems: ProblemList,
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  reportIssues(parsed.error, body, schema, path, problems);
  return undefined;
}
