import { formatBytes } from './format.ts';

/** Longer lists are for programs. */
const shownEntries = 5;

/** The result of a run of any kind for people, a line for each part and for each entry of a list of things: names as words, sizes as people read them. */
export function describeResult(result: unknown): string[] {
  if (!isRecord(result)) return [describeValue('', result)];
  return Object.entries(result).flatMap(([name, value]) =>
    Array.isArray(value) && value.some(isRecord)
      ? [wordsOf(name), ...shorten(value).map((entry) => `  ${entry}`)]
      : [describePart(name, value)],
  );
}

/** `storedBytes` → `stored`: the unit stands with the number. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/ (bytes|ms)$/, '');

const describePart = (name: string, value: unknown): string => `${wordsOf(name)} ${describeValue(name, value)}`;

function describeValue(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return /bytes$/i.test(name) ? formatBytes(value) : /Ms$/.test(name) ? `${value} ms` : String(value);
  if (Array.isArray(value)) return shorten(value).join(', ') || 'none';
  if (isRecord(value)) return describeParts(value) || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is short comes first: a reason may be a sentence. */
const describeParts = (record: Record<string, unknown>): string =>
  Object.entries(record)
    .map(([name, value]) => describePart(name, value))
    .toSorted((a, b) => a.length - b.length)
    .join(', ');

function shorten(list: readonly unknown[]): string[] {
  const shown = list.slice(0, shownEntries).map((entry) => describeValue('', entry));
  return list.length > shownEntries ? [...shown, `and ${list.length - shownEntries} more (--json shows them)`] : shown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
