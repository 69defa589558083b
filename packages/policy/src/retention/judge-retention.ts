import type { HeldPoint, Hold, Reason, RegionId, RetentionRule } from '@cbcr/domain';
import { describeHold, holdsOn, holdsOnInstance, protectsUntil } from '../holds/holds-on.ts';
import { type CoolingVersion, findCoolingVersions, type RulesInTime } from './cooling-off.ts';
import type { CopyVerdict } from './copy-verdict.ts';
import { describeMinute } from './describe-moment.ts';
import { type LineVerdict, openLine } from './judge-line.ts';
import type { LineCopy } from './retention-kind.ts';
import { rulesOf } from './rules-of.ts';

export interface RetentionInput extends RulesInTime {
  readonly points: readonly HeldPoint[];
  readonly holds: readonly Hold[];
}

/**
 * What becomes of every copy of an instance that is not deleted, by region, newest capture first. Each region is judged by what it has itself: a
 * copy elsewhere takes no place here. A hold wins over a maximum, a maximum over whatever keeps. As long as nothing happens, a copy that expires
 * never comes back, and carrying out what is decided changes no other verdict.
 */
export function judgeRetention({ rulebook, earlier = [], instance, points, holds, now }: RetentionInput): CopyVerdict[] {
  const nowMs = now.getTime();
  const versions = [
    { rulebook, instance, cooling: null },
    ...findCoolingVersions({ rulebook, earlier, instance, now }).map((cooling) => ({ ...cooling, cooling })),
  ];
  const scopes = versions.map((version) => ({ cooling: version.cooling, rulesIn: rulesOf(version.rulebook, version.instance) }));
  const moment = { now, releaseGraceMs: rulebook.retention.releaseGrace.ms };
  const narrowed = holdsOnInstance(holds, instance, moment);

  const verdicts: CopyVerdict[] = [];
  for (const [region, line] of linesOf(points, nowMs)) {
    const judges = scopes.map(({ cooling, rulesIn }) => ({ cooling, judge: openRegion(rulesIn(region), region, nowMs) }));
    for (const copy of line) {
      const held = narrowed.length === 0 ? [] : holdsOn(narrowed, { instance, point: copy.point, region }, moment);
      const said = withCoolingOff(
        judges.map(({ cooling, judge }) => ({ cooling, verdict: judge(copy) })),
        nowMs,
      );
      const ended = held.map((hold) => protectsUntil(hold, moment.releaseGraceMs)?.getTime() ?? Infinity);
      verdicts.push(
        conclude(
          copy,
          region,
          said,
          held.map((hold) => describeHold(hold, now)),
          Math.max(...ended),
          now,
        ),
      );
    }
  }
  return verdicts;
}

/** The copies of each region, by region, newest capture first. */
function linesOf(points: readonly HeldPoint[], nowMs: number): [RegionId, LineCopy[]][] {
  const lines = new Map<RegionId, LineCopy[]>();
  const newestFirst = points.toSorted((a, b) => b.capturedAtMs - a.capturedAtMs || (a.id < b.id ? 1 : -1));
  for (const point of newestFirst) {
    const { capturedAtMs, state } = point;
    if (state === 'deleted') continue;
    const mayCount = state === 'complete' && capturedAtMs <= nowMs;
    for (const copy of point.copies) {
      if (copy.state === 'deleted') continue;
      const entry: LineCopy = { point, copy, capturedAtMs, counts: mayCount && copy.state === 'verified' };
      const line = lines.get(copy.region);
      if (line === undefined) lines.set(copy.region, [entry]);
      else line.push(entry);
    }
  }
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
}

function openRegion(rules: readonly RetentionRule[] | null, region: RegionId, nowMs: number): (copy: LineCopy) => LineVerdict {
  if (rules !== null) return openLine(rules, nowMs);
  const reason: Reason = { rule: 'region-not-listed', text: `the rulebook does not list ${region}, so no rule says that it may go` };
  return () => ({ kept: true, reasons: [reason], untilMs: Infinity, exceeded: null });
}

/** The first is the version in force. What an earlier one keeps is kept until the end of its cooling-off. */
function withCoolingOff([current, ...earlier]: { cooling: CoolingVersion | null; verdict: LineVerdict }[], nowMs: number): LineVerdict {
  if (current === undefined) throw new RangeError('a version is in force');
  let said = current.verdict;
  for (const { cooling, verdict } of earlier) {
    if (cooling === null || !verdict.kept) continue;
    const untilMs = Math.min(verdict.untilMs, cooling.untilMs);
    if (said.kept && untilMs <= said.untilMs) continue;
    const text = `kept until ${describeMinute(untilMs)} by ${cooling.name} (cooling-off)`;
    const reasons = [...(said.kept ? said.reasons : []), { rule: 'cooling-off', text }];
    said = { kept: nowMs < untilMs, reasons, untilMs, exceeded: said.exceeded };
  }
  return said;
}

function conclude(
  { point, capturedAtMs }: LineCopy,
  region: RegionId,
  said: LineVerdict,
  held: readonly Reason[],
  heldUntilMs: number,
  now: Date,
): CopyVerdict {
  const nowMs = now.getTime();
  const isFuture = capturedAtMs > nowMs;
  const of = { point: point.id, region };
  if (!said.kept && held.length === 0 && !isFuture) return { ...of, verdict: 'expire', reasons: said.reasons, expiresAt: now };
  const future: Reason[] = isFuture
    ? [{ rule: 'future', text: `captured in the future (${describeMinute(capturedAtMs)}): a clock is wrong` }]
    : [];
  // What becomes of it when its moment comes depends on what is there by then.
  const ownUntilMs = said.kept ? said.untilMs : isFuture ? Infinity : nowMs;
  const untilMs = Math.max(ownUntilMs, heldUntilMs);
  const over = said.exceeded !== null && !said.kept && held.length > 0 ? said.exceeded : null;
  return {
    ...of,
    verdict: 'keep',
    reasons: [...(said.kept ? said.reasons : []), ...held, ...future],
    expiresAt: untilMs === Infinity ? null : new Date(untilMs),
    ...(over === null
      ? {}
      : {
          finding: {
            rule: 'hold-over-maximum',
            text: `${held.map(({ text }) => text).join(', ')} keeps it although ${over.text} (${over.rule})`,
          },
        }),
  };
}
