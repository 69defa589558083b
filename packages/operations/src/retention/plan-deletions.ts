import type { InstanceId, Reason, RecoveryPointId, RegionId } from '@cbcr/domain';
import { type DeletionVerdict, judgeDeletion } from '@cbcr/policy';
import type { RequestDependencies } from '../requests/request-dependencies.ts';
import { type CopyQuestion, type DeletionSituation, factsAbout, readDeletionSituation } from './read-deletion-facts.ts';

/** A copy that somebody or some rule wants to go. */
export interface UnwantedCopy {
  instance: InstanceId;
  point: RecoveryPointId;
  region: RegionId;
}

export interface PlannedDeletion extends UnwantedCopy {
  verdict: DeletionVerdict;
  /** Whether it expires now; never in a dry run. */
  marked: boolean;
}

export interface DeletionWish extends Pick<CopyQuestion, 'purpose' | 'wholePoint' | 'request'> {
  requestedBy: string;
  /** Only asks: nothing is marked. */
  dryRun: boolean;
  /** Why so much at once is doubtful. */
  bulk?: Reason | null;
}

/** Asks the gate about each copy, and marks what it allows as expiring. Copies of one instance are judged one after the other, each after what went before it. */
export async function planDeletions(
  deps: RequestDependencies,
  copies: readonly UnwantedCopy[],
  { requestedBy, dryRun, ...wish }: DeletionWish,
): Promise<PlannedDeletion[]> {
  const planned: PlannedDeletion[] = [];
  for (const [instance, unwanted] of Map.groupBy(copies, (copy) => copy.instance)) {
    let situation = await readDeletionSituation(
      deps,
      instance,
      unwanted.map(({ point }) => point),
    );
    for (const { point, region } of unwanted) {
      const facts = factsAbout(situation, { ...wish, point, region, stage: 'planning' });
      if (facts === null) continue;
      const verdict = judgeDeletion(facts);
      const { purpose, wholePoint, request } = wish;
      const deletion = {
        point,
        region,
        instance,
        purpose,
        wholePoint,
        requestedBy,
        requestReason: request?.reason ?? null,
        reasons: verdict.reasons,
      };
      const marked = verdict.allow && !dryRun && facts.copy !== null && (await deps.catalog.deletions.mark(deletion, facts.copy.state));
      if (verdict.allow) situation = withoutCopy(situation, point, region);
      planned.push({ instance, point, region, verdict, marked });
    }
  }
  return planned;
}

/** The situation as it is when the copy is expiring: it counts for nothing any more. */
function withoutCopy(situation: DeletionSituation, point: RecoveryPointId, region: RegionId): DeletionSituation {
  const points = situation.holding.points.map((one) =>
    one.id === point
      ? { ...one, copies: one.copies.map((copy) => (copy.region === region ? { ...copy, state: 'expiring' as const } : copy)) }
      : one,
  );
  return { ...situation, holding: { ...situation.holding, points } };
}
