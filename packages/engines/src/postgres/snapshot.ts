import type { Session } from './session.ts';
import { lockTables } from './table-locks.ts';

/** A moment of the database that several connections can see, for as long as the session's transaction lives. */
export interface Snapshot {
  id: string;
  takenAt: Date;
  /** Rejects when the transaction that keeps the snapshot is no longer the same. */
  verify(): Promise<void>;
}

export async function takeSnapshot(session: Session): Promise<Snapshot> {
  // A limit on idle time or on statements would end the transaction in the middle of a long capture; transaction_timeout exists since 17.
  await session.query(`
    select set_config(name, '0', false) from pg_settings
     where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')`);
  await session.query('begin isolation level repeatable read, read only');
  const read = async () => {
    const [row] = await session.query<{ start: string; pid: number }>(
      'select (extract(epoch from transaction_timestamp()) * 1000)::text as start, pg_backend_pid() as pid',
    );
    return row;
  };
  const [exported] = await session.query<{ id: string }>('select pg_export_snapshot() as id');
  const begun = await read();
  if (!exported || !begun) throw new Error('the server returned no snapshot');
  await lockTables(session);
  return {
    id: exported.id,
    takenAt: new Date(Number(begun.start)),
    verify: async () => {
      const now = await read();
      if (now?.start !== begun.start || now.pid !== begun.pid) throw new Error('the transaction that kept the snapshot ended too early');
    },
  };
}
