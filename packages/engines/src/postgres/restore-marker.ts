import type { RestoreOwner } from '../engine.ts';
import { dropFence, raiseFence } from './attempt-fence.ts';
import type { Session } from './session.ts';

/**
 * A schema that stands in the target from before the first byte until everything is in place. A target that holds it is not complete: a restore
 * into it is refused, and so is a capture of it. Its comment names the owner; inside it stands the fence of the owner's attempt.
 */
export const markerSchema = 'cbcr_restore_incomplete';

export async function hasMarker(session: Session): Promise<boolean> {
  const rows = await session.query('select 1 from pg_namespace where nspname = $1', [markerSchema]);
  return rows.length > 0;
}

/** Makes the marker, or takes over the one that is there: from now on tools of any other attempt find no way in. */
export async function setMarker(session: Session, owner: RestoreOwner | undefined): Promise<void> {
  // A comment takes no parameters.
  if (owner !== undefined && !/^\w{1,40}$/.test(owner.id))
    throw new Error('the owner of a restore is called by letters, digits and underscores');
  await session.query(`create schema if not exists ${markerSchema}`);
  const text = 'CBCR is restoring into this database, or a restore broke off. It is incomplete: do not use it.';
  await session.query(`comment on schema ${markerSchema} is '${text}${owner === undefined ? '' : ` (${owner.id} ${owner.attempt})`}'`);
  await raiseFence(session, markerSchema, owner);
}

/** Whose incomplete restore this is. Null without a marker, or when nobody signed it. */
export async function readOwner(session: Session): Promise<RestoreOwner | null> {
  const [row] = await session.query<{ note: string | null }>(
    "select obj_description(oid, 'pg_namespace') as note from pg_namespace where nspname = $1",
    [markerSchema],
  );
  const [, id, attempt] = /\((\w{1,40}) (\d{1,9})\)$/.exec(row?.note ?? '') ?? [];
  return id === undefined ? null : { id, attempt: Number(attempt) };
}

/** Whether this owner, in this or an earlier attempt, left the target incomplete. */
export async function isOwnedBy(session: Session, owner: RestoreOwner | undefined): Promise<boolean> {
  return owner !== undefined && (await readOwner(session))?.id === owner.id;
}

/** The commit comes with a flush, and so makes everything durable that was written before with synchronous_commit off. Fails when the fence is another attempt's. */
export async function removeMarker(session: Session, owner: RestoreOwner | undefined): Promise<void> {
  await dropFence(session, markerSchema, owner);
  await session.query(`set local synchronous_commit = on; drop schema ${markerSchema}`);
}

/** Until the end of the transaction. Two restores at once would both find the target empty, or the marker theirs. */
export async function lockTarget(session: Session): Promise<void> {
  await session.query("select pg_advisory_xact_lock(hashtextextended('cbcr restore', 0))");
}
