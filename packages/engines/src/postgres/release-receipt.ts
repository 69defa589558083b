import { readDatabaseIdentity } from './database-identity.ts';
import type { Session } from './session.ts';

/** Names this transaction of this database, so that it can be asked later whether it was committed: `hasCommitted`. */
export async function writeReceipt(session: Session): Promise<string> {
  const [row] = await session.query<{ number: string }>('select txid_current()::text as number');
  return `${await readPlace(session)} ${row?.number}`;
}

/** False as well for a transaction that is under way, for one of another database, and once the server has forgotten it. */
export async function hasCommitted(session: Session, receipt: string): Promise<boolean> {
  const [place, number = ''] = receipt.split(' ');
  if (!/^\d{1,18}$/.test(number) || place !== (await readPlace(session))) return false;
  // A number that this server has not reached yet comes from another one, and asking for it would be an error.
  const [row] = await session.query<{ status: string | null }>(
    'select case when $1::bigint < txid_snapshot_xmax(txid_current_snapshot()) then txid_status($1::bigint) end as status',
    [number],
  );
  return row?.status === 'committed';
}

/** The database, as exactly as the login may know it. */
async function readPlace(session: Session): Promise<string> {
  const identity = await readDatabaseIdentity(session);
  if (identity !== null) return identity;
  const [row] = await session.query<{ number: string }>('select oid::text as number from pg_database where datname = current_database()');
  return `unknown/${row?.number}`;
}
