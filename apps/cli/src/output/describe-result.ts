import { formatBytes } from './format.ts';

/** Longer lists are for programs. */
const shownEntries = 5;

/** The result of a run of any kind for people, a line for each part: names as words, sizes as people read them. */
export function describeResult(result: unknown): string[] {
  if (!isRecord(result)) return [describeValue('', result)];
  return Object.entries(result).map(([name, value]) => describePart(name, value));
}

/** `storedBytes: 2048` → `stored 2.0 KiB`. */
function describePart(name: string, value: unknown): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${words.replace(/ (bytes|ms)$/, '')} ${describeValue(name, value)}`;
}

function describeValue(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return /bytes$/i.test(name) ? formatBytes(value) : /Ms$/.test(name) ? `${value} ms` : String(value);
  if (Array.isArray(value)) return describeList(value);
  if (isRecord(value))
    return (
      Object.entries(value)
        .map(([part, of]) => describePart(part, of))
        .join(', ') || 'none'
    );
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function describeList(list: readonly unknown[]): string {
  if (list.length === 0) return 'none';
  const shown = list.slice(0, shownEntries).map((entry) => describeValue('', entry));
  const more = list.length > shownEntries ? [`and ${list.length - shownEntries} more (--json shows them)`] : [];
  return [...shown, ...more].join(list.some(isRecord) ? '; ' : ', ');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
