import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, type RegionId, type RunId } from '@cbcr/domain';
import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import { mayUse } from '@cbcr/policy';
import { type DecisionFacts, readDecisionFacts, regionOf } from '../decision-facts.ts';
import { engineOf } from '../engine-of.ts';
import { instanceOf } from '../instance-of.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { capturePoint, usesEncryption } from './capture-point.ts';
import { commitPoint } from './commit-point.ts';
import { openTargets } from './open-targets.ts';

type BackupHandler = JobHandler<ParamsOf<JobKinds['backup']>, ResultOf<JobKinds['backup']>>;

/**
 * One capture to every placed region at once.
 *
 *   facts → targets (placed, allowed, up) → capture → segments to all targets → engine says "whole" → manifests → point complete
 *
 * A dump cannot resume, so another start of the run begins a new point; what the earlier one left behind is garbage. Verification, and
 * copies that could not be made, are the reconciler's business: the run ends when the bytes are where they can be.
 */
export function createBackup(deps: OperationDependencies): BackupHandler {
  return async (context) => {
    const { run, signal } = context;
    const finished = await findCompletedPoint(deps, run.id, run.point);
    if (finished !== null) return resultOf(finished);

    const facts = await readDecisionFacts(deps, instanceOf(run));
    requireLegalCapture(facts, run.region);
    requireEncryption(facts);
    const engine = engineOf(deps, facts.instance.engine);
    const targets = await openTargets(deps, facts, signal);
    const connection = await deps.resolveConnection(facts.instance.connection);
    const point = await withScratchFolder(deps.scratchFolder, run, async (scratchFolder) => {
      const engineContext = {
        signal,
        scratchFolder,
        note: (message: string, noted: Record<string, unknown> = {}) => context.log.info(noted, message),
      };
      const source = await engine.inspect(connection, engineContext);
      const capture = await engine.capture(connection, { ...engineContext, instance: facts.instance.id });
      try {
        const captured = await capturePoint(deps, context, { facts, source, capture, targets });
        return await commitPoint(deps, context, { facts, source, captured, targets });
      } finally {
        await capture.dispose();
      }
    });
    return resultOf(point);
  };
}

/** A run is made for the home that the instance had then. What is read here passes through here, also when it is stored elsewhere alone. */
function requireLegalCapture(facts: DecisionFacts, here: RegionId): void {
  const { instance } = facts;
  if (here === instance.home) return;
  const { allowed, reason } = mayUse({ ...facts, region: regionOf(facts, here), purpose: 'data', existing: true });
  if (allowed) return;
  const cause = `${instance.id} is at home in ${instance.home} now, and ${reason.text}`;
  throw new CbcrError('placement.region-forbidden', { region: here, instance: instance.id, cause });
}

/** The regions of an instance that is registered by command, or moved by the rules, are in no file that could be refused for it. */
function requireEncryption(facts: DecisionFacts): void {
  const { policy, instance, placement } = facts;
  if (policy.encryption?.required !== true || usesEncryption(facts)) return;
  const regions = placement.placed.map(({ region }) => region).join(', ');
  const cause = `policy ${policy.origins['encryption.required'] ?? policy.id} demands encryption, and no region of its placement has a key: ${regions}`;
  throw new CbcrError('placement.region-forbidden', { region: instance.home, instance: instance.id, cause });
}

/** An earlier start of this run may have been killed after its commit: then there is nothing left to do (I6). */
async function findCompletedPoint(
  { catalog }: OperationDependencies,
  run: RunId,
  pointId: PointRecord['id'] | null,
): Promise<PointRecord | null> {
  if (pointId === null) return null;
  const point = await catalog.points.get(pointId);
  return point.run === run && point.state === 'complete' ? point : null;
}

function resultOf(point: PointRecord): ResultOf<JobKinds['backup']> {
  const isThere = (state: string) => state === 'stored' || state === 'verified';
  return {
    point: point.id,
    plaintextBytes: point.plaintextBytes,
    storedBytes: point.storedBytes,
    stored: point.copies.filter((copy) => isThere(copy.state)).map((copy) => copy.region),
    detached: point.copies.filter((copy) => !isThere(copy.state)).map((copy) => ({ region: copy.region, reason: copy.reason.text })),
  };
}
