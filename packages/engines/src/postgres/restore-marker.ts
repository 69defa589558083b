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

export async function setMarker(session: Session): Promise<void> {
  await session.query(`create schema ${markerSchema}`);
  await session.query(
    `comment on schema ${markerSchema} is 'CBCR is restoring into this database, or a restore broke off. It is incomplete: do not use it.'`,
  );
}

/** Commits with a flush, and so makes everything durable that was written before with synchronous_commit off. */
export async function removeMarker(session: Session): Promise<void> {
  await session.query(`set synchronous_commit = on; drop schema ${markerSchema}`);
}
