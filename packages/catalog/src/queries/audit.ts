import { type AuditEvent, hashAuditEvent, type NewAuditEvent, storableFacts, storableText } from '@cbcr/domain';
import { and, asc, gte, lt, lte, sql } from 'drizzle-orm';
import type { Executor } from '../executor.ts';
import { auditEvents, auditHead } from '../schema/audit.ts';

interface Unchained {
  at: Date;
  event: NewAuditEvent;
}

/** What open transactions will append, by their executors. */
const waiting = new WeakMap<Executor, Unchained[]>();

/**
 * Appends the event when the transaction commits, with all others of it: whoever extends the chain holds its end until the commit, so that is
 * the last lock that a transaction takes. It cannot deadlock with others, and nobody waits for more than a commit. An event of a transaction
 * that is undone was never there. Throws outside of `transact`.
 */
export async function insertAuditEvent(tx: Executor, at: Date, event: NewAuditEvent): Promise<void> {
  const events = waiting.get(tx);
  if (events === undefined) throw new Error('an audit event is part of a transaction');
  events.push({ at, event });
}

/** Runs `operation`, then appends its audit events. The transaction must commit next. */
export async function withAuditEvents<Result>(tx: Executor, operation: (tx: Executor) => Promise<Result>): Promise<Result> {
  const events: Unchained[] = [];
  waiting.set(tx, events);
  try {
    const result = await operation(tx);
    if (events.length > 0) await appendToChain(tx, events);
    return result;
  } finally {
    waiting.delete(tx);
  }
}

/** Rows of one statement: bounded memory for a transaction with very many events. */
const rowsAtOnce = 1_000;

async function appendToChain(tx: Executor, events: readonly Unchained[]): Promise<void> {
  let last: Pick<ChainHead, 'id' | 'hash'> = await readHead(tx, { lock: true });
  for (let begin = 0; begin < events.length; begin += rowsAtOnce) {
    const rows = events.slice(begin, begin + rowsAtOnce).map(({ at, event }) => {
      const link = {
        ...{ id: last.id + 1, at, actor: storableText(event.actor), action: event.action, subject: storableText(event.subject) },
        ...{ facts: storableFacts(event.facts ?? {}), prevHash: last.hash },
      };
      last = { id: link.id, hash: hashAuditEvent(link) };
      return { ...link, prev_hash: link.prevHash, hash: last.hash };
    });
    // One parameter, however many rows: the statement is the same for all of them.
    await tx.execute(sql`insert into ${auditEvents} (id, at, actor, action, subject, facts, prev_hash, hash)
      select id, at, actor, action, subject, facts, prev_hash, hash from json_populate_recordset(null::${auditEvents}, ${JSON.stringify(rows)}::json)`);
  }
}

export interface ChainHead {
  /** What the first event names as the hash before it. */
  chainId: string;
  /** Of the last event; 0 when there is none. */
  id: number;
  /** Of the last event; the chain's id when there is none. */
  hash: string;
}

/** `lock` keeps others from extending the chain until the transaction ends. */
export async function readHead(tx: Executor, { lock = false } = {}): Promise<ChainHead> {
  const query = tx.select({ chainId: auditHead.chainId, id: auditHead.lastId, hash: auditHead.lastHash }).from(auditHead);
  const [head] = await (lock ? query.for('update') : query);
  if (head === undefined) throw new Error('the audit trail has no head');
  return head;
}

export const readLinks = (tx: Executor, range: { first: number; last: number; limit?: number }): Promise<AuditEvent[]> =>
  tx
    .select()
    .from(auditEvents)
    .where(and(gte(auditEvents.id, range.first), lte(auditEvents.id, range.last)))
    .orderBy(asc(auditEvents.id))
    .limit(range.limit ?? 1_000);

export async function boundsOf(tx: Executor, from?: Date, to?: Date): Promise<{ first: number; last: number } | null> {
  const [bounds] = await tx
    .select({ first: sql<string | null>`min(${auditEvents.id})`, last: sql<string | null>`max(${auditEvents.id})` })
    .from(auditEvents)
    .where(and(from === undefined ? undefined : gte(auditEvents.at, from), to === undefined ? undefined : lt(auditEvents.at, to)));
  const { first = null, last = null } = bounds ?? {};
  return first === null || last === null ? null : { first: Number(first), last: Number(last) };
}
