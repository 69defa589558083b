import type { Session } from './session.ts';

/**
 * A schema that stands in the target from before the first byte until everything is in place. A target that holds it is not complete: a restore
 * into it is refused, and so is a capture of it.
 */
export const markerSchema = 'cbcr_restore_incomplete';

export async function hasMarker(session: Session): Promise<boolean> {
  const rows = await session.query('select 1 from pg_namespace where nspname = $1', [markerSchema]);
  return rows.length > 0;
}

/** `owner` is what `isOwnedBy` asks for later. */
export async function setMarker(session: Session, owner: string | undefined): Promise<void> {
  await session.query(`create schema ${markerSchema}`);
  const text = 'CBCR is restoring into this database, or a restore broke off. It is incomplete: do not use it.';
  // A comment takes no parameters; an owner that could end the literal is not written, and so never recognised.
  await session.query(`comment on schema ${markerSchema} is '${text}${isPlainOwner(owner) ? ownerNote(owner) : ''}'`);
}

const isPlainOwner = (owner: string | undefined): owner is string => owner !== undefined && /^\w{1,100}$/.test(owner);
const ownerNote = (owner: string) => ` (${owner})`;

/** Whether this owner left the target incomplete. */
export async function isOwnedBy(session: Session, owner: string | undefined): Promise<boolean> {
  if (!isPlainOwner(owner)) return false;
  const [row] = await session.query<{ note: string | null }>(
    "select obj_description(oid, 'pg_namespace') as note from pg_namespace where nspname = $1",
    [markerSchema],
  );
  return row?.note?.endsWith(ownerNote(owner)) ?? false;
}

/** Tools of the owner's earlier attempt may still be at work when their worker was killed. Emptying the target waits for their locks. */
export async function endSessionsOf(session: Session, owner: string): Promise<void> {
  const others = 'datname = current_database() and application_name = $1 and pid <> pg_backend_pid()';
  await session.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`, [restoreApplication(owner)]);
}

/** How the sessions of a restore's tools are called. Postgres cuts names after 63 bytes. */
export const restoreApplication = (owner: string | undefined): string => (isPlainOwner(owner) ? `cbcr ${owner}`.slice(0, 63) : 'cbcr');

/** Commits with a flush, and so makes everything durable that was written before with synchronous_commit off. */
export async function removeMarker(session: Session): Promise<void> {
  await session.query(`set synchronous_commit = on; drop schema ${markerSchema}`);
}
