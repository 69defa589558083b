import { suggest } from '../did-you-mean.ts';
import type { Path } from '../problem.ts';
import type { ConfigVocabulary } from './config.ts';
import type { ProblemList } from './problem-list.ts';
import { reportIssues } from './report-issues.ts';

/** The section `limits:`. Bandwidth of a region that the file does not have limits nothing, so its name is a mistake. */
export function readLimits(
  body: unknown,
  regions: readonly string[],
  { limits: schema }: ConfigVocabulary,
  problems: ProblemList,
): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return {};
  const parsed = schema.safeParse(body);
  if (!parsed.success) reportIssues(parsed.error, body, schema, ['limits'], problems);
  for (const { path, names } of findRegionNames(body)) {
    for (const name of names) {
      if (name !== '*' && !regions.includes(name)) problems.addToKey(path, `unknown region ${name}`, suggest(name, regions));
    }
  }
  return parsed.success ? parsed.data : {};
}

function findRegionNames(body: unknown): { path: Path; names: string[] }[] {
  const keysOf = (section: string) => {
    const entries = isEntries(body) ? body[section] : undefined;
    return isEntries(entries) ? Object.keys(entries) : [];
  };
  return [
    ...keysOf('links').map((link) => ({ path: ['limits', 'links', link], names: link.split('->') })),
    ...keysOf('regions').map((region) => ({ path: ['limits', 'regions', region], names: [region] })),
  ];
}

const isEntries = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
