import { type Instance, instanceIdSchema, type Policy, policyIdSchema, type Region, regionIdSchema } from '@cbcr/domain';
import type { z } from 'zod';
import { suggest } from '../did-you-mean.ts';
import type { Path } from '../problem.ts';
import type { ConfigVocabulary } from './config.ts';
import { fileVersion, instanceEntrySchema, policyEntrySchema, regionEntrySchema, sectionNames } from './file-schema.ts';
import type { ProblemList } from './problem-list.ts';
import { readLimits } from './read-limits.ts';
import { readStore } from './read-store.ts';
import { reportIssues } from './report-issues.ts';

interface Section<Entry> {
  /** Every name that the file gives, also of entries that are not valid: a reference to one is not a second problem. */
  names: string[];
  valid: Entry[];
}

export interface Sections {
  regions: Section<Region>;
  policies: Section<Policy>;
  instances: Section<Instance>;
  limits: Readonly<Record<string, unknown>>;
}

type Entries = Record<string, unknown>;
const isEntries = (value: unknown): value is Entries => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads every entry by itself, so that one mistake hides no other. */
export function readSections(value: unknown, vocabulary: ConfigVocabulary, problems: ProblemList): Sections {
  const file = isEntries(value) ? value : {};
  if (!isEntries(value)) problems.add([], `the file must have the sections ${sectionNames.filter((name) => name !== 'limits').join(', ')}`);
  for (const name of Object.keys(file)) {
    if (!sectionNames.some((known) => known === name)) problems.addToKey([name], `unknown section ${name}`, suggest(name, sectionNames));
  }
  if (isEntries(value) && file['version'] !== fileVersion) {
    problems.add(
      ['version'],
      file['version'] === undefined ? 'the version is missing' : 'this version of the file is not known',
      `Write: version: ${fileVersion}`,
    );
  }

  const regions = readSection(file, 'regions', problems, (name, body, path) => {
    const id = readName(regionIdSchema, name, path, problems);
    const entry = readEntry(regionEntrySchema, body, path, problems);
    const storeIsValid = readStore(isEntries(body) ? body['store'] : undefined, [...path, 'store'], vocabulary, problems);
    return id && entry && storeIsValid ? { id, ...entry } : undefined;
  });
  if (isEntries(value) && regions.names.length === 0) problems.add(['regions'], 'at least one region is needed');

  const policies = readSection(file, 'policies', problems, (name, body, path) => {
    const id = readName(policyIdSchema, name, path, problems);
    const entry = readEntry(policyEntrySchema, body, path, problems);
    return id && entry ? { id, ...entry } : undefined;
  });
  const instances = readSection(file, 'instances', problems, (name, body, path) => {
    const id = readName(instanceIdSchema, name, path, problems);
    const entry = readEntry(instanceEntrySchema, body, path, problems);
    return id && entry ? { id, ...entry } : undefined;
  });
  const limits = readLimits(file['limits'], regions.names, vocabulary, problems);
  return { regions, policies, instances, limits };
}

function readSection<Entry>(
  file: Entries,
  section: string,
  problems: ProblemList,
  read: (name: string, body: unknown, path: Path) => Entry | undefined,
): Section<Entry> {
  const body = file[section] ?? {};
  if (!isEntries(body)) {
    problems.add([section], 'a map of names is needed');
    return { names: [], valid: [] };
  }
  const valid = Object.entries(body).flatMap(([name, entry]) => read(name, entry, [section, name]) ?? []);
  return { names: Object.keys(body), valid };
}

function readName<Schema extends z.ZodType>(schema: Schema, name: string, path: Path, problems: ProblemList): z.output<Schema> | undefined {
  const parsed = schema.safeParse(name);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) problems.addToKey(path, `not a usable name: ${issue.message}`);
  return undefined;
}

function readEntry<Schema extends z.ZodType>(
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
