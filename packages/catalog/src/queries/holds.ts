import { CbcrError, type Hold, type HoldId, type HoldSelector, holdIdSchema, holdSelectorSchema } from '@cbcr/domain';
import { desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { holdReleases, holds } from '../schema/holds.ts';
import { askForLook } from './ask-for-look.ts';
import { insertAuditEvent } from './audit.ts';
import { lockConfig } from './config-lock.ts';
import { askForReview } from './retention-due.ts';

export interface NewHold {
  title: string;
  reason: string;
  matter: string | null;
  selector: HoldSelector;
}

/** Nothing of a hold is ever rewritten or removed: a request for its release and the release are facts of their own. */
export interface HoldQueries {
  place(hold: NewHold, by: string): Promise<Hold>;
  /** Asks for a release that a second person has to approve. A later request takes the place of an earlier one. */
  requestRelease(hold: HoldId, reason: string, by: string): Promise<Hold>;
  /** Approves the last request. `graceMs`: what it covered stays so long, whatever later rules say. Throws `hold.release-not-requested` and `hold.same-approver`. */
  approveRelease(hold: HoldId, by: string, graceMs?: number): Promise<Hold>;
  /** Without a second person. All three throw `hold.not-found`, and change nothing of a hold that is released already. */
  release(hold: HoldId, reason: string, by: string, graceMs?: number): Promise<Hold>;
  /** Throws `hold.not-found`. */
  get(hold: HoldId): Promise<Hold>;
  /** All that there ever were, newest first. */
  list(): Promise<Hold[]>;
  /** Those that are not released, those that were released after the moment, and those whose own grace is not over. */
  active(releasedAfter: Date): Promise<Hold[]>;
}

export function createHoldQueries({ clock, attempt, transact }: QueryContext): HoldQueries {
  /** Locks the hold, so that two people who act at once come one after the other. */
  const change = (id: HoldId, decide: (tx: Executor, before: Hold) => Promise<void>) =>
    transact(async (tx) => {
      await tx
        .select({ number: holds.number })
        .from(holds)
        .where(eq(holds.number, holdNumberOf(id)))
        .for('update');
      const before = await readHold(tx, id);
      if (before.released !== null) return before;
      await decide(tx, before);
      return readHold(tx, id);
    });
  const write = async (tx: Executor, { id, selector }: Hold, fact: Omit<typeof holdReleases.$inferInsert, 'hold' | 'at'>) => {
    const at = clock.now();
    await tx.insert(holdReleases).values({ hold: holdNumberOf(id), at, ...fact });
    if (fact.step === 'released') await askForReview(tx, at, sql`true`);
    const action = fact.step === 'requested' ? 'hold.release-requested' : 'hold.released';
    const { by, reason, approvedBy = null } = fact;
    const facts = { reason, ...(approvedBy === null ? {} : { requestedBy: by, approvedBy }) };
    await insertAuditEvent(tx, at, { actor: approvedBy ?? by, action, subject: id, facts });
    if (fact.step === 'released') await askForLook(tx, at, mayConcern(selector));
  };

  return {
    place: (hold, by) =>
      transact(async (tx) => {
        // Once this is answered no deletion can begin that did not know of the hold.
        await lockConfig(tx);
        const at = clock.now();
        // As JSON now: the driver would store moments in a form of its own.
        const selector = JSON.parse(JSON.stringify(hold.selector));
        const [row] = await tx
          .insert(holds)
          .values({ ...hold, selector, placedBy: by, placedAt: at })
          .returning();
        if (row === undefined) throw new RangeError('an insert that returns gives a row');
        await askForReview(tx, at, sql`true`);
        const { title, reason, matter } = hold;
        await insertAuditEvent(tx, at, {
          actor: by,
          action: 'hold.placed',
          subject: holdIdOf(row.number),
          facts: { title, reason, matter, selector },
        });
        await askForLook(tx, at, mayConcern(hold.selector));
        return toHold(row, []);
      }),
    requestRelease: (id, reason, by) => change(id, (tx, hold) => write(tx, hold, { step: 'requested', by, reason })),
    approveRelease: (id, by, graceMs = 0) =>
      change(id, async (tx, hold) => {
        const { releaseRequested } = hold;
        if (releaseRequested === null) throw new CbcrError('hold.release-not-requested', { hold: id });
        if (isSamePerson(releaseRequested.by, by)) throw new CbcrError('hold.same-approver', { hold: id, by });
        await write(tx, hold, { step: 'released', by: releaseRequested.by, reason: releaseRequested.reason, approvedBy: by, graceMs });
      }),
    release: (id, reason, by, graceMs = 0) => change(id, (tx, hold) => write(tx, hold, { step: 'released', by, reason, graceMs })),
    get: (id) => attempt((db) => readHold(db, id)),
    list: () => attempt((db) => readHolds(db, undefined)),
    active: (releasedAfter) =>
      attempt((db) =>
        readHolds(
          db,
          sql`not exists (select from hold_releases r
                          where r.hold = ${holds.number} and r.step = 'released' and r.at <= ${releasedAfter.toISOString()}::timestamptz
                            and r.at + coalesce(r.grace_ms, 0) * interval '1 millisecond' <= ${clock.now().toISOString()}::timestamptz)`,
        ),
      ),
  };
}

/** Nobody becomes a second person by writing the same name otherwise. */
const isSamePerson = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The part of a selector that the catalog can ask of its instances; what is more, whoever looks at them finds out. */
function mayConcern({ instances, dataClasses, labels }: HoldSelector): SQL {
  const described = [
    dataClasses === undefined ? [] : [sql`data_class in ${dataClasses}`],
    labels === undefined ? [] : [sql`labels @> ${JSON.stringify(labels)}::jsonb`],
  ].flat();
  const isMeant = described.length === 0 ? sql`true` : sql.join(described, sql` and `);
  const wasMeant = sql`exists (select from instance_versions v where v.instance_id = instances.id and ${isMeant})`;
  const named = instances === undefined ? sql`true` : sql`id in ${instances}`;
  return described.length === 0 ? named : sql`${named} and ((${isMeant}) or ${wasMeant})`;
}

export const holdIdOf = (number: number): HoldId => holdIdSchema.parse(`H-${number}`);
export const holdNumberOf = (id: HoldId): number => Number(id.slice('H-'.length));

async function readHold(db: Executor, id: HoldId): Promise<Hold> {
  const [hold] = await readHolds(db, eq(holds.number, holdNumberOf(id)));
  if (hold === undefined) throw new CbcrError('hold.not-found', { hold: id });
  return hold;
}

async function readHolds(db: Executor, where: SQL | undefined): Promise<Hold[]> {
  const rows = await db.select().from(holds).where(where).orderBy(desc(holds.number));
  if (rows.length === 0) return [];
  const numbers = rows.map(({ number }) => number);
  const facts = await db.select().from(holdReleases).where(inArray(holdReleases.hold, numbers)).orderBy(holdReleases.id);
  const byHold = Map.groupBy(facts, ({ hold }) => hold);
  return rows.map((row) => toHold(row, byHold.get(row.number) ?? []));
}

function toHold(row: typeof holds.$inferSelect, facts: readonly (typeof holdReleases.$inferSelect)[]): Hold {
  const { number, selector, ...rest } = row;
  const requested = facts.findLast(({ step }) => step === 'requested');
  const released = facts.find(({ step }) => step === 'released');
  return {
    ...rest,
    id: holdIdOf(number),
    selector: holdSelectorSchema.parse(selector),
    releaseRequested: requested === undefined ? null : { by: requested.by, at: requested.at, reason: requested.reason },
    released:
      released === undefined
        ? null
        : { by: released.by, at: released.at, reason: released.reason, approvedBy: released.approvedBy, graceMs: released.graceMs },
  };
}
