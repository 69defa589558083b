import type { CopyState, DeletionPurpose, HeldCopy, HeldPoint, Hold, Placement, Reason, RegionHealth, RegionId } from '@cbcr/domain';
import { DeletionPermit, holdIdSchema, runIdSchema } from '@cbcr/domain';
import { factsOfCopy } from '../src/deletion/facts-of-copy.ts';
import { judgeDeletion } from '../src/deletion/judge-deletion.ts';
import { describeHold, type HoldableCopy, holdsOn } from '../src/holds/holds-on.ts';
import { instanceOf, pointId, regionId } from '../src/samples.ts';

const names = ['alfa', 'bravo', 'charlie'] as const;
const regions = names.map(regionId);
const instance = instanceOf('alfa').id;
const reader = { id: runIdSchema.parse(`run_${'1'.repeat(26)}`), kind: 'restore', reads: null };

/** Numbers choose among what is there, so that any sequence means something. `span` is in minutes. */
export interface Operation {
  what: (typeof operations)[number];
  point: number;
  region: number;
  span: number;
}
export const operations = [
  'capture',
  'store',
  'verify',
  'fail',
  'read',
  'stop-reading',
  'hold',
  'release',
  'hold-gold',
  'release-gold',
  'relabel',
  'step',
  'lock',
  'wait',
  'jump',
  'settle',
  'region-down',
  'region-up',
  'forbid',
  'allow',
  'keep-shorter',
  'keep-longer',
  'ask-for-copy',
  'ask-for-point',
  'sweep',
  'remove-illegal',
  'undo',
  'delete',
] as const;

interface Copy extends HeldCopy {
  state: CopyState;
  sinceMs: number;
  verifiedAtMs: number | null;
  lockedUntilMs: number;
  /** As marked; decides what the gate is asked when the bytes shall go. */
  purpose: DeletionPurpose;
  whole: boolean;
}
interface Point extends HeldPoint {
  state: HeldPoint['state'];
  copies: Copy[];
  isRead: boolean;
}

/** What was deleted, with the world just before: for an oracle that knows nothing of the gate. */
export interface Deletion {
  point: Point;
  copy: Copy;
  points: readonly Point[];
  trueMs: number;
  held: boolean;
  /** A hold on a label covered it once, and was not released since; whatever the label became. */
  heldByLabel: boolean;
  up: boolean;
  legal: ReadonlySet<RegionId>;
  keepMs: ReadonlyMap<RegionId, number>;
}

const minuteMs = 60_000;
/** What all steps of the clock together may come to before it is in doubt. */
export const unnoticedMs = 60_000;
const goldHold: Hold = {
  ...{ id: holdIdSchema.parse('H-1'), title: 'Miller', reason: 'a court asks', matter: null, selector: { labels: { tier: 'gold' } } },
  ...{ placedBy: 'ada', placedAt: new Date(0), releaseRequested: null, released: null },
};

/** One instance, its points in three regions, and everything that may happen to them. Every deletion goes through the gate, as in the product. */
export class DeletionWorld {
  readonly deletions: Deletion[] = [];
  #points: Point[] = [];
  #trueMs = Date.UTC(2027, 0, 1);
  /** How far the clock that everybody reads is wrong. */
  #wrongMs = 0;
  #down = new Set<RegionId>();
  #forbidden = new Set<RegionId>();
  #holds = new Set<string>();
  /** The instance by its label, and what it was; a hold for all that is gold. */
  #described: HoldableCopy['instance'] = { id: instance, dataClass: 'plain', labels: { tier: 'gold' }, formerly: [] };
  #goldHold: Hold | null = null;
  /** Written down when it happens, apart from how it is computed. */
  #coveredByGold = new Set<string>();
  #keepMs = new Map(regions.map((region) => [region, 60 * minuteMs]));
  readonly #graceMs = 5 * minuteMs;

  apply({ what, point: index, region: regionIndex, span }: Operation): void {
    const region = regions[regionIndex % regions.length] ?? regionId('alfa');
    const point = this.#points[index % Math.max(1, this.#points.length)];
    const copy = point?.copies.find((one) => one.region === region);
    const set = (state: CopyState, from: readonly CopyState[]) => {
      if (copy === undefined || !from.includes(copy.state)) return;
      copy.state = state;
      copy.sinceMs = this.#now().getTime();
      if (state === 'verified') copy.verifiedAtMs = copy.sinceMs;
    };
    switch (what) {
      case 'capture':
        this.#points.push(this.#capture());
        this.#noteCovered();
        return;
      case 'store':
        set('stored', ['planned', 'failed']);
        return;
      case 'verify':
        set('verified', ['stored']);
        return;
      case 'fail':
        set('failed', ['stored', 'verified']);
        return;
      case 'read':
      case 'stop-reading':
        if (point) point.isRead = what === 'read';
        return;
      case 'hold':
      case 'release':
        if (point) this.#holds[what === 'hold' ? 'add' : 'delete'](`${point.id} ${region}`);
        return;
      case 'hold-gold':
        this.#goldHold ??= goldHold;
        this.#noteCovered();
        return;
      case 'release-gold':
        this.#goldHold = null;
        this.#coveredByGold.clear();
        return;
      case 'relabel': {
        // Whatever the clock says, an edit ends after all that was captured before it.
        const endedAt = new Date(Math.max(this.#now().getTime(), ...this.#points.map(({ capturedAtMs }) => capturedAtMs)));
        const { id: _id, formerly = [], ...described } = this.#described;
        const former = { ...described, home: regionId('alfa'), engine: 'postgres', endedAt };
        const labels: Record<string, string> = described.labels['tier'] === 'gold' ? {} : { tier: 'gold' };
        this.#described = { ...this.#described, labels, formerly: [...formerly, former] };
        this.#trueMs += 1;
        this.#noteCovered();
        return;
      }
      case 'step':
        // Too small to be noticed.
        this.#wrongMs += (span % 2 === 0 ? 1 : -1) * 25_000;
        return;
      case 'lock':
        if (copy) copy.lockedUntilMs = Math.max(copy.lockedUntilMs, this.#trueMs + span * minuteMs);
        return;
      case 'wait':
        this.#trueMs += span * minuteMs;
        return;
      case 'jump':
        this.#wrongMs += (span - 60) * 10 * minuteMs;
        return;
      case 'settle':
        this.#wrongMs = 0;
        return;
      case 'region-down':
        this.#down.add(region);
        return;
      case 'region-up':
        this.#down.delete(region);
        return;
      case 'forbid':
        this.#forbidden.add(region);
        return;
      case 'allow':
        this.#forbidden.delete(region);
        return;
      case 'keep-shorter':
      case 'keep-longer':
        this.#keepMs.set(region, (what === 'keep-shorter' ? span : 60 + span) * minuteMs);
        return;
      case 'ask-for-copy':
        if (point && copy) this.#mark(point, copy, 'manual', false);
        return;
      case 'ask-for-point':
        for (const one of point?.copies ?? []) if (point) this.#mark(point, one, 'manual', true);
        return;
      case 'sweep':
        for (const each of this.#points) for (const one of each.copies) this.#mark(each, one, 'retention', false);
        return;
      case 'remove-illegal':
        for (const each of this.#points) for (const one of each.copies) this.#mark(each, one, 'residency', false);
        return;
      case 'undo':
        set('stored', ['expiring']);
        return;
      case 'delete':
        if (point && copy) this.#delete(point, copy);
        return;
    }
  }

  #now = () => new Date(this.#trueMs + this.#wrongMs);

  #noteCovered(): void {
    if (this.#goldHold === null || this.#described.labels['tier'] !== 'gold') return;
    for (const { id } of this.#points) this.#coveredByGold.add(id);
  }

  #capture(): Point {
    const number = this.#points.length + 1;
    const nowMs = this.#now().getTime();
    const copies = regions.map((region) => ({
      region,
      state: 'planned' as const,
      sinceMs: nowMs,
      verifiedAtMs: null,
      lockedUntilMs: 0,
      purpose: 'retention' as const,
      whole: false,
    }));
    return { id: pointId(number), state: 'complete', capturedAtMs: nowMs, completedAtMs: nowMs, storedBytes: 1, copies, isRead: false };
  }

  #judge(point: Point, copy: Copy, purpose: DeletionPurpose, stage: 'planning' | 'execution', whole: boolean) {
    const { region } = copy;
    const reason: Reason = { rule: 'world', text: 'as drawn' };
    const placement: Placement = {
      instance,
      placed: regions.filter((one) => !this.#forbidden.has(one)).map((one) => ({ region: one, role: 'secondary', reason })),
      spares: [],
      excluded: regions.filter((one) => this.#forbidden.has(one)).map((one) => ({ region: one, legal: false, reason })),
      unmet: [],
    };
    const health: RegionHealth = { state: this.#down.has(region) ? 'down' : 'up', reason: 'as drawn', since: null };
    const now = this.#now();
    return judgeDeletion(
      factsOfCopy({
        purpose,
        stage,
        now,
        instance: { id: instance, retiredFrom: null },
        points: this.#points,
        point,
        region,
        placement,
        permission: { allowed: !this.#forbidden.has(region), reason },
        synchronousMinimum: 1,
        retention: (other) => ({
          verdict: point.capturedAtMs + (this.#keepMs.get(other) ?? 0) <= now.getTime() ? 'expire' : 'keep',
          reasons: [reason],
        }),
        minimumUntil: null,
        wholePoint: whole,
        request: purpose === 'manual' ? { by: 'somebody', reason: 'as drawn' } : null,
        holds: [...(this.#holds.has(`${point.id} ${region}`) ? [reason] : []), ...this.#goldOn(point, region)],
        lockedUntil: copy.lockedUntilMs === 0 ? null : new Date(copy.lockedUntilMs),
        users: point.isRead ? [reader] : [],
        health,
        clockDoubt: Math.abs(this.#wrongMs) <= unnoticedMs ? null : reason,
        graceMs: this.#graceMs,
        bulk: null,
      }),
    );
  }

  #goldOn(point: Point, region: RegionId): Reason[] {
    const holds = this.#goldHold === null ? [] : [this.#goldHold];
    const now = this.#now();
    return holdsOn(holds, { instance: this.#described, point, region }, { now, releaseGraceMs: 0 }).map((hold) => describeHold(hold, now));
  }

  #mark(point: Point, copy: Copy, purpose: DeletionPurpose, whole: boolean): void {
    const { allow, permit } = this.#judge(point, copy, purpose, 'planning', whole);
    if (permit !== null) throw new Error('a plan was given a permit');
    if (!allow) return;
    Object.assign(copy, { state: 'expiring', sinceMs: this.#now().getTime(), purpose, whole });
  }

  #delete(point: Point, copy: Copy): void {
    const { permit } = this.#judge(point, copy, copy.purpose, 'execution', copy.whole);
    if (permit === null) return;
    const scope = DeletionPermit.scopeOf(permit);
    if (scope.point !== point.id || scope.region !== copy.region) throw new Error('the permit is for another copy');
    this.deletions.push({
      point: structuredClone(point),
      copy: structuredClone(copy),
      points: structuredClone(this.#points),
      trueMs: this.#trueMs,
      held: this.#holds.has(`${point.id} ${copy.region}`),
      heldByLabel: this.#coveredByGold.has(point.id),
      up: !this.#down.has(copy.region),
      legal: new Set(regions.filter((region) => !this.#forbidden.has(region))),
      keepMs: new Map(this.#keepMs),
    });
    copy.state = 'deleted';
    if (point.copies.every(({ state }) => state === 'deleted')) point.state = 'deleted';
  }
}
