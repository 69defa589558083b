import { suggest } from '../did-you-mean.ts';
import type { Path } from '../problem.ts';
import type { ConfigVocabulary } from './config.ts';
import { reportPlainSecrets } from './plain-secrets.ts';
import type { ProblemList } from './problem-list.ts';
import { reportIssues } from './report-issues.ts';

/** Checks a region's `store:` block against the schema of its kind. Its form (a map with a kind) is the region's own schema's business. */
export function readStore(store: unknown, path: Path, { stores }: ConfigVocabulary, problems: ProblemList): boolean {
  if (typeof store !== 'object' || store === null || !('kind' in store) || typeof store.kind !== 'string') return false;
  const { kind, ...options } = store;
  // Before the schema, whose own words about these values would be less plain.
  reportPlainSecrets(options, path, problems);
  const schema = Object.hasOwn(stores, kind) ? stores[kind] : undefined;
  if (!schema) {
    problems.add([...path, 'kind'], `unknown kind of store ${JSON.stringify(kind)}`, suggest(kind, Object.keys(stores)));
    return false;
  }
  const parsed = schema.safeParse(options);
  if (!parsed.success) reportIssues(parsed.error, options, schema, path, problems);
  return parsed.success;
}
