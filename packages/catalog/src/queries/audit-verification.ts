import { type AuditEvent, hashAuditEvent } from '@cbcr/domain';
import { asc, desc, eq, gt, lt } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { auditEvents, auditHead } from '../schema/audit.ts';
import { boundsOf, type ChainHead, readHead, readLinks } from './audit.ts';

export interface VerifyAudit {
  /** From this moment on; what came before is not read, and its last hash is believed. */
  from?: Date | undefined;
  /** Up to this moment, without it. */
  to?: Date | undefined;
  /** Events with the hashes that they once had, from an evidence pack or an earlier verification: even who rewrites the whole chain cannot keep them. */
  anchors?: readonly { id: number; hash: string }[] | undefined;
}

export interface AuditBreak {
  kind: 'changed' | 'removed' | 'inserted' | 'reordered';
  /** The first event that is not what or where it was. For removed ones the first id that is missing. */
  id: number;
  /** A sentence for people. */
  detail: string;
}

export interface AuditVerification {
  /** How many events were read; up to the break, if there is one. */
  events: number;
  /** The last event that was read and is right; null when there is none. To be noted as an anchor. */
  last: { id: number; hash: string } | null;
  /** Null when every event is as it was written. */
  broken: AuditBreak | null;
}

/** Where a chain stands: the id and the hash that the next event follows, and the hash that this event followed. */
interface Position {
  id: number;
  hash: string;
  prevHash: string | null;
}

export async function verifyAudit({ attempt }: QueryContext, { from, to, anchors = [] }: VerifyAudit): Promise<AuditVerification> {
  // The head first: what is appended meanwhile is not looked at.
  const head = await attempt(readHead);
  const noted = anchors.toSorted((a, b) => a.id - b.id);
  const cutOff = noted.find(({ id }) => id > head.id);
  const start: Position = { id: 0, hash: head.chainId, prevHash: null };
  // Ids begin at 1; what somebody put before them is read as well.
  const isWhole = from === undefined && to === undefined;
  const bounds = isWhole ? { first: Number.MIN_SAFE_INTEGER, last: head.id } : await attempt((db) => boundsOf(db, from, to));
  if (bounds === null) return { events: 0, last: null, broken: cutOff === undefined ? null : missed(cutOff.id) };
  let position = from === undefined ? start : await attempt((db) => positionBefore(db, bounds.first, start));
  const anchored = new Map(anchors.map(({ id, hash }) => [id, hash]));
  let events = 0;
  let last: AuditVerification['last'] = null;
  for (let first = bounds.first; ; ) {
    const page = await attempt((db) => readLinks(db, { first, last: bounds.last }));
    for (const event of page) {
      events += 1;
      // Whoever takes an event out can write all that follow anew: only what was noted of it is left.
      const skipped = noted.find(({ id }) => id > position.id && id < event.id && id >= bounds.first);
      if (skipped !== undefined) return { events, last, broken: missed(skipped.id) };
      if (!follows(event, position) || (anchored.get(event.id) ?? event.hash) !== event.hash) {
        const broken = await attempt((db) => explainBreak(db, position, event, anchored.get(event.id)));
        return { events, last, broken };
      }
      position = event;
      last = { id: event.id, hash: event.hash };
    }
    if (page.length === 0) break;
    first = position.id + 1;
  }
  const broken = to === undefined ? await attempt((db) => findBreakOfEnd(db, position, head)) : null;
  return { events, last, broken: broken ?? (cutOff === undefined ? null : missed(cutOff.id)) };
}

const missed = (id: number): AuditBreak => ({
  kind: 'removed',
  id,
  detail: `event ${id} is missing, which was noted earlier; those around it may have been written anew`,
});

const follows = (event: AuditEvent, { hash }: Position): boolean => event.prevHash === hash && hashAuditEvent(event) === event.hash;

async function positionBefore(db: Executor, first: number, start: Position): Promise<Position> {
  const [before] = await db.select().from(auditEvents).where(lt(auditEvents.id, first)).orderBy(desc(auditEvents.id)).limit(1);
  return before ?? start;
}

async function explainBreak(db: Executor, position: Position, event: AuditEvent, anchor: string | undefined): Promise<AuditBreak> {
  const { id } = event;
  const isItself = hashAuditEvent(event) === event.hash;
  const changed: AuditBreak = { kind: 'changed', id, detail: `event ${id} does not say what it said when it was written` };
  if (id < 1) return { kind: 'inserted', id, detail: `event ${id} was inserted before the beginning of the chain` };
  if (event.prevHash === position.hash) {
    return isItself ? { kind: 'changed', id, detail: `event ${id} or one before it was written anew: its hash was ${anchor}` } : changed;
  }
  if (event.prevHash === position.prevHash) {
    return { kind: 'inserted', id: position.id, detail: `event ${position.id} was inserted: the event after it follows the one before it` };
  }
  const follower = await followerOf(db, position.hash);
  if (follower !== null) return explainDisplaced(position, event, follower);
  if (id > position.id + 1) {
    const missing = id === position.id + 2 ? `event ${id - 1} is` : `events ${position.id + 1} to ${id - 1} are`;
    return { kind: 'removed', id: position.id + 1, detail: `${missing} missing before event ${id}` };
  }
  if (!isItself) return changed;
  if (position.prevHash === null) return { kind: 'inserted', id, detail: `the chain does not begin with event ${id}` };
  return { kind: 'changed', id: position.id, detail: `event ${position.id} was written anew: event ${id} follows another one` };
}

/** Somewhere there is an event that follows the last good one, but it is not the next. */
function explainDisplaced(position: Position, event: AuditEvent, follower: AuditEvent): AuditBreak {
  if (hashAuditEvent(follower) === follower.hash) {
    return { kind: 'inserted', id: event.id, detail: `event ${event.id} was inserted: event ${follower.id} follows event ${position.id}` };
  }
  const place = position.prevHash === null ? 'at the beginning' : `after event ${position.id}`;
  return {
    kind: 'reordered',
    id: event.id,
    detail: `event ${event.id} is not in its place: what is now event ${follower.id} was ${place}`,
  };
}

async function followerOf(db: Executor, hash: string): Promise<AuditEvent | null> {
  const [follower] = await db.select().from(auditEvents).where(eq(auditEvents.prevHash, hash)).orderBy(asc(auditEvents.id)).limit(1);
  return follower ?? null;
}

/** The chain ends where the head says. Since the head was read it can only have grown. */
async function findBreakOfEnd(db: Executor, position: Position, head: ChainHead): Promise<AuditBreak | null> {
  if (position.id < head.id) {
    const detail = `the events after ${position.id} are missing: the last one was event ${head.id}`;
    return { kind: 'removed', id: position.id + 1, detail };
  }
  if (position.hash !== head.hash) {
    return { kind: 'changed', id: position.id, detail: `event ${position.id} was written anew: its hash was ${head.hash}` };
  }
  // One statement, one snapshot: an event that is appended at this moment is not taken for one that was smuggled in.
  const [beyond] = await db
    .select({ id: auditEvents.id, end: auditHead.lastId })
    .from(auditEvents)
    .innerJoin(auditHead, gt(auditEvents.id, auditHead.lastId))
    .orderBy(asc(auditEvents.id))
    .limit(1);
  if (beyond === undefined) return null;
  return { kind: 'inserted', id: beyond.id, detail: `event ${beyond.id} was inserted behind the end of the chain, event ${beyond.end}` };
}
