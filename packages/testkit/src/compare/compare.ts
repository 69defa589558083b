import { type Fingerprint, type FingerprintOptions, fingerprintDatabase } from './fingerprint.ts';

export interface TableComparison {
  name: string;
  /** Null where the table is missing. */
  sourceRows: number | null;
  targetRows: number | null;
  isEqual: boolean;
}

export interface ComparisonReport {
  isEqual: boolean;
  tables: TableComparison[];
  counts: { tables: number; rows: number; sequences: number; largeObjects: number; schemaObjects: number };
  /** One sentence per difference; empty when equal. */
  differences: string[];
}

/** Compares rows, sequences, large objects and schema of two databases; reads both at the same time. */
export async function compareDatabases(sourceUrl: string, targetUrl: string, options: FingerprintOptions): Promise<ComparisonReport> {
  const [source, target] = await Promise.all([fingerprintDatabase(sourceUrl, options), fingerprintDatabase(targetUrl, options)]);
  return compareFingerprints(source, target);
}

/** The same from fingerprints, for instance when the source has changed since. */
export function compareFingerprints(source: Fingerprint, target: Fingerprint): ComparisonReport {
  const differences: string[] = [];
  const tables = pair(source.tables, target.tables).map(([name, mine, theirs]) => {
    const isEqual = mine?.rows === theirs?.rows && mine?.checksum === theirs?.checksum;
    if (mine === undefined || theirs === undefined) differences.push(`Table ${name} exists only in the ${mine ? 'source' : 'target'}.`);
    else if (mine.rows !== theirs.rows)
      differences.push(`Table ${name} has ${mine.rows} rows in the source and ${theirs.rows} in the target.`);
    else if (!isEqual) differences.push(`Table ${name} has other content in the target (${mine.rows} rows in both).`);
    return { name, sourceRows: mine?.rows ?? null, targetRows: theirs?.rows ?? null, isEqual };
  });
  for (const [name, mine, theirs] of pair(source.sequences, target.sequences)) {
    if (mine?.lastValue === theirs?.lastValue && mine?.isCalled === theirs?.isCalled) continue;
    differences.push(`Sequence ${name} is at ${describeSequence(mine)} in the source and ${describeSequence(theirs)} in the target.`);
  }
  if (source.largeObjects.rows !== target.largeObjects.rows || source.largeObjects.checksum !== target.largeObjects.checksum) {
    differences.push(`Large objects differ: ${source.largeObjects.rows} in the source, ${target.largeObjects.rows} in the target.`);
  }
  for (const [name, mine, theirs] of pair(source.schema, target.schema)) {
    if (mine === theirs) continue;
    const what =
      mine === undefined ? 'exists only in the target' : theirs === undefined ? 'exists only in the source' : 'is defined differently';
    differences.push(`Schema: ${name} ${what}.`);
  }
  const counts = {
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + (table.sourceRows ?? 0), 0),
    sequences: Object.keys(source.sequences).length,
    largeObjects: source.largeObjects.rows,
    schemaObjects: Object.keys(source.schema).length,
  };
  return { isEqual: differences.length === 0, tables, counts, differences };
}

function pair<Value>(source: Record<string, Value>, target: Record<string, Value>): [string, Value | undefined, Value | undefined][] {
  const names = [...new Set([...Object.keys(source), ...Object.keys(target)])].sort();
  return names.map((name) => [name, source[name], target[name]]);
}

const describeSequence = (state: { lastValue: string; isCalled: boolean } | undefined) =>
  state === undefined ? 'nothing (it is missing)' : `${state.lastValue}${state.isCalled ? '' : ' (not yet used)'}`;
