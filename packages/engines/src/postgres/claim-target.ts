import { CbcrError, type Clock } from '@cbcr/domain';
import type { RestoreOptions, RestoreOwner } from '../engine.ts';
import { endEarlierSessions } from './attempt-fence.ts';
import { cleanTarget } from './clean-target.ts';
import { describeConnection, type PostgresConnection } from './connection.ts';
import { writeReceipt } from './release-receipt.ts';
import { hasMarker, lockTarget, readOwner, removeMarker, setMarker } from './restore-marker.ts';
import type { Session } from './session.ts';
import { requireEmptyTarget } from './target.ts';

export interface Claim extends Pick<RestoreOptions, 'clean' | 'owner'> {
  connection: PostgresConnection;
  signal: AbortSignal;
  clock: Clock;
}

/**
 * Makes the target this attempt's: empty, marked and fenced. Says whether something had to be removed. The order makes it safe against an earlier
 * attempt that is still at work, or frozen and about to wake up:
 *
 *   end its sessions      one of them may hold the lock of the target
 *   move the fence        from the commit on, none of its tools gets in
 *   end its sessions      those that got in meanwhile
 *   empty and mark        nobody else writes now
 *
 * Throws `run.lost` when a later attempt of the same owner was here first. After a failure the session is to be closed: its transaction is open.
 */
export async function claimTarget(session: Session, claim: Claim): Promise<{ emptied: boolean }> {
  const { connection, clean, owner } = claim;
  if (owner !== undefined) await endEarlierSessions(session, owner, claim);
  await session.query('begin');
  await lockTarget(session);
  const previous = await readOwner(session);
  requireNoLater(previous, owner);
  const continues = owner !== undefined && previous?.id === owner.id;
  const emptied = continues || clean !== undefined;
  if (!emptied) await requireEmptyTarget(session, connection);
  else if (await hasMarker(session)) {
    await setMarker(session, owner);
    await session.query('commit');
    const ended = continues || previous === null ? owner : { ...previous, attempt: previous.attempt + 1 };
    if (ended !== undefined) await endEarlierSessions(session, ended, claim);
    await session.query('begin');
    await lockTarget(session);
    await requireOwn(session, connection, owner);
  }
  if (emptied) await cleanTarget(session, connection);
  await setMarker(session, owner);
  await session.query('commit');
  return { emptied };
}

/**
 * The target is complete from the commit of this on; `beforeCommit` hears the receipt that will tell whether that happened. Throws `run.lost` or
 * `engine.restore-failed` when another attempt has taken the target over; the session is to be closed then.
 */
export async function releaseTarget(
  session: Session,
  { connection, owner }: Pick<Claim, 'connection' | 'owner'>,
  beforeCommit: (receipt: string) => Promise<void> = async () => undefined,
): Promise<void> {
  await session.query('begin');
  await lockTarget(session);
  await requireOwn(session, connection, owner);
  await removeMarker(session, owner);
  await beforeCommit(await writeReceipt(session));
  await session.query('commit');
}

async function requireOwn(session: Session, connection: PostgresConnection, owner: RestoreOwner | undefined): Promise<void> {
  if (owner === undefined) return;
  const now = await readOwner(session);
  requireNoLater(now, owner);
  if (now?.id === owner.id && now.attempt === owner.attempt) return;
  throw new CbcrError('engine.restore-failed', {
    database: describeConnection(connection),
    cause: 'another restore has taken the target over',
  });
}

function requireNoLater(found: RestoreOwner | null, owner: RestoreOwner | undefined): void {
  if (owner !== undefined && found?.id === owner.id && found.attempt > owner.attempt) throw new CbcrError('run.lost', { run: owner.id });
}
