import type { PointRecord } from '@cbcr/catalog';
import { CbcrError, type Priority, type RegionId, type RunRequest } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { mayUse, type RepairPurpose, repairKey, resolvePolicy } from '@cbcr/policy';
import { readDecisionFacts } from '../decision-facts.ts';
import { describeRepairRun } from '../repair-runs.ts';
import { decideRestore, describeRestoreRun } from './decide-restore.ts';
import type { PlannedRun, RequestDependencies } from './request-dependencies.ts';
import { requireComplete, requireRegion } from './require-known.ts';

type RequestOf<Kind extends RunRequest['kind']> = Extract<RunRequest, { kind: Kind }>;
type PlanRun<Kind extends RunRequest['kind']> = (deps: RequestDependencies, request: RequestOf<Kind>) => Promise<PlannedRun>;

/** How each kind of request becomes a run. A request without a plan does not compile. */
const plans: { [Kind in RunRequest['kind']]: PlanRun<Kind> } = {
  backup: planBackup,
  replicate: planReplicate,
  verify: planVerify,
  probe: planProbe,
  restore: async (deps, request) => describeRestoreRun((await decideRestore(deps, request)).point, request),
};

/**
 * The run that a request asks for, or an error of the catalogue that says why there may be none. Changes nothing but this: a placed region
 * that is asked for a copy gets the copy's row, as the reconciler would give it.
 */
export function planRun<Kind extends RunRequest['kind']>(
  deps: RequestDependencies,
  request: RequestOf<Kind> & { kind: Kind },
): Promise<PlannedRun> {
  return plans[request.kind](deps, request);
}

async function planBackup({ catalog }: RequestDependencies, request: RequestOf<'backup'>): Promise<PlannedRun> {
  const instance = await catalog.instances.get(request.instance);
  if (instance.retiredAt !== null) throw new CbcrError('instance.retired', { instance: instance.id });
  const { rulebook } = await catalog.rulebook.current();
  const { priority } = resolvePolicy(rulebook, instance).policy;
  return { kind: jobKinds.backup.name, region: instance.home, instance: instance.id, params: {}, priority };
}

async function planReplicate(deps: RequestDependencies, { point: id, to }: RequestOf<'replicate'>): Promise<PlannedRun> {
  const point = requireComplete(await deps.catalog.points.get(id));
  const facts = await readDecisionFacts(deps, point.instance);
  const region = requireRegion(facts, to);
  const { allowed, reason } = mayUse({ ...facts, region, purpose: 'data' });
  if (!allowed) throw new CbcrError('placement.region-forbidden', { region: to, instance: point.instance, cause: reason.text });
  const place = facts.placement.placed.find((placed) => placed.region === to);
  if (place === undefined) throw new CbcrError('placement.region-not-placed', { region: to, instance: point.instance });
  await deps.catalog.copies.plan(point.id, [place]);
  return repairRunOf('make-copy', point, to, facts.policy.priority);
}

async function planVerify(deps: RequestDependencies, { point: id, region }: RequestOf<'verify'>): Promise<PlannedRun> {
  const { catalog } = deps;
  const point = requireComplete(await catalog.points.get(id));
  await catalog.regions.get(region);
  const copy = point.copies.find((candidate) => candidate.region === region);
  if (copy?.state !== 'stored' && copy?.state !== 'verified') throw new CbcrError('copy.not-found', { point: id, region });
  const { policy } = await readDecisionFacts(deps, point.instance);
  return repairRunOf('verify-copy', point, region, policy.priority);
}

async function planProbe({ catalog }: RequestDependencies, { region: id }: RequestOf<'probe'>): Promise<PlannedRun> {
  const { id: region } = requireRegion({ regions: await catalog.regions.list() }, id);
  const { name, params } = jobKinds.probe;
  return { kind: name, region, params: params.parse({ region }), dedupeKey: `${name}:${region}` };
}

/** The same run that the reconciler would make: while one of the two is under way, the other joins it. */
function repairRunOf(
  purpose: RepairPurpose,
  { id: point, instance }: PointRecord,
  region: RegionId,
  priority: Priority | undefined,
): PlannedRun {
  const reason = { rule: 'requested', text: 'Somebody asked for it.' };
  const wanted = { purpose, instance, point, region, dedupeKey: repairKey(purpose, point, region), reason };
  const { requestedBy: _requestedBy, ...run } = describeRepairRun(wanted, '', priority);
  return run;
}
