import { type Html, html, table } from './html.ts';

/** A legal hold, as the report tells it. Moments are ISO 8601. */
export interface ReportedHold {
  id: string;
  title: string;
  reason: string;
  matter: string | null;
  /** What it covers, in words. */
  covers: string;
  placedBy: string;
  placedAt: string;
  protectsUntil: string | null;
  released: { by: string; at: string; reason: string; approvedBy: string | null } | null;
}

/** A deletion, whatever became of it. */
export interface ReportedDeletion {
  point: string;
  instance: string;
  region: string;
  purpose: string;
  requestedBy: string;
  requestReason: string | null;
  reasons: readonly { rule: string; text: string }[];
  plannedAt: string;
  versionsDeleted: number;
  bytesDeleted: number;
  goneAt: string | null;
  keptAt: string | null;
}

/** What people see of one table on a page; all of it is in the JSON files. */
export const longestTable = 2_000;

export function limitedTable(head: readonly string[], rows: Parameters<typeof table>[1], count = rows.length): Html {
  const left = count - Math.min(rows.length, longestTable);
  return html`${table(head, rows.slice(0, longestTable))}${left > 0 ? html`<p>${left} more in the JSON files.</p>` : ''}`;
}

export const holdsTable = (holds: readonly ReportedHold[]): Html =>
  limitedTable(
    ['hold', 'title', 'matter', 'covers', 'placed', 'why', 'released'],
    holds.map(({ id, title, matter, covers, placedAt, placedBy, reason, released, protectsUntil }) => [
      ...[id, title, matter, covers, `${placedAt} by ${placedBy}`, reason],
      released === null ? 'in force' : describeRelease(released, protectsUntil),
    ]),
  );

const describeRelease = ({ by, at, reason, approvedBy }: NonNullable<ReportedHold['released']>, protectsUntil: string | null): string =>
  `${at} by ${by}${approvedBy === null ? '' : `, approved by ${approvedBy}`}: ${reason}. What it covered was protected until ${protectsUntil}`;

/** The answer of the deletion gate that says what the deletion was for; the others only say what did not stand in its way. */
const ofPurpose = ['has-expired', 'is-illegal', 'is-garbage', 'was-asked-for'];

export const deletionsTable = (deletions: readonly ReportedDeletion[], count: number): Html =>
  limitedTable(
    ['instance', 'copy', 'for', 'why', 'marked', 'what became of it'],
    deletions.map((deletion) => [
      ...[deletion.instance, `${deletion.point} in ${deletion.region}`, deletion.purpose, describeWhy(deletion)],
      ...[`${deletion.plannedAt} by ${deletion.requestedBy}`, describeEnd(deletion)],
    ]),
    count,
  );

function describeWhy({ reasons, requestReason }: ReportedDeletion): string {
  const why = reasons.filter(({ rule }) => ofPurpose.includes(rule)).map(({ text }) => text);
  return why.length > 0 ? why.join('; ') : (requestReason ?? '–');
}

function describeEnd({ goneAt, keptAt, versionsDeleted, bytesDeleted }: ReportedDeletion): string {
  if (goneAt !== null) return `gone at ${goneAt}, which a listing proved: ${versionsDeleted} versions, ${bytesDeleted} bytes`;
  if (keptAt !== null) return `kept after all at ${keptAt}`;
  return versionsDeleted > 0 ? `under way: ${versionsDeleted} versions, ${bytesDeleted} bytes` : 'not begun';
}
