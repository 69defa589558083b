import { severities } from '../compliance/finding.ts';
import { countPoints, describeBytes, listRegions } from '../holdings/describe-holdings.ts';
import type { Refusal } from './find-refusal.ts';
import type { FindingCounts, FleetPlan, FleetSum, RegionSum } from './fleet-plan.ts';
import type { CopiesToMake, FindingChange, InstancePlan } from './instance-plan.ts';

/** A plan for people, sum first, then every instance for which something changes. At most `limit` instances; the last line says how many more. */
export function describePlan({ sum, instances, refusals }: FleetPlan, limit = Number.POSITIVE_INFINITY): string[] {
  const left = instances.length - limit;
  return [
    ...describeSum(sum),
    ...refusals.map(({ instance, reason }) => `${verdictOf(reason)}: ${instance}: ${reason.text}`),
    ...instances.slice(0, limit).flatMap((plan) => ['', ...describeInstancePlan(plan)]),
    ...(left > 0 ? ['', `and ${left} more ${left === 1 ? 'instance' : 'instances'}`] : []),
  ];
}

const countInstances = (count: number): string => (count === 1 ? '1 instance' : `${count} instances`);

const verdictOf = ({ canForce }: Refusal): string => (canForce ? 'REFUSED unless forced' : 'REFUSED');

function describeSum(sum: FleetSum): string[] {
  return [
    row('instances', `${sum.instances}, of which ${sum.affected} affected`),
    ...describeRegions('copies to make', sum.copiesToMake),
    ...describeRegions('illegal copies', sum.illegalCopies),
    row('debts', describeChange(sum.debts)),
    row('restorable points', describeChange(sum.restorable)),
    row('bytes to move', `${describeBytes(sum.bytesToMove)}, transfers ${sum.transferPrice.toFixed(2)}`),
    row('monthly cost', describeCost(sum)),
    row('findings appearing', describeCounts(sum.findings.appearing)),
    row('findings disappearing', describeCounts(sum.findings.disappearing)),
    ...(sum.capturesStop === 0 ? [] : [row('backups stop', countInstances(sum.capturesStop))]),
    ...(sum.refusals === 0 ? [] : [row('refused', countInstances(sum.refusals))]),
  ];
}

/** One line for each region, under one heading. */
function describeRegions(name: string, sums: readonly RegionSum[]): string[] {
  if (sums.length === 0) return [row(name, 'none')];
  return sums.map(({ region, points, bytes, already, instances }, index) => {
    const known = already === 0 ? '' : already === points ? ', all of them already' : `, ${already} of them already`;
    const where = `${region.padEnd(16)}${countPoints(points)} of ${countInstances(instances)}`;
    return row(index === 0 ? name : '', `${where}, ${describeBytes(bytes)}${known}`);
  });
}

const row = (name: string, text: string): string => `${name.padEnd(24)}${text}`;

const describeChange = ({ before, after }: { before: number; after: number }): string =>
  before === after ? `${after}` : `${before} -> ${after}`;

function describeCost({ monthlyCost: { before, after }, unpricedBytes }: Pick<FleetSum, 'monthlyCost' | 'unpricedBytes'>): string {
  const delta = Math.round((after - before) * 100) / 100 || 0;
  const unpriced = Math.max(unpricedBytes.before, unpricedBytes.after);
  const missing =
    unpriced === 0 ? '' : `; without a price: ${describeBytes(unpricedBytes.before)} -> ${describeBytes(unpricedBytes.after)}`;
  return `${before.toFixed(2)} -> ${after.toFixed(2)} (${delta < 0 ? '' : '+'}${delta.toFixed(2)})${missing}`;
}

const describeCounts = (counts: FindingCounts): string =>
  severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(', ') || 'none';

function describeInstancePlan(plan: InstancePlan): string[] {
  const { placed, debts, restorable } = plan;
  const moved = placed.before.join() !== placed.after.join();
  return [
    `${plan.instance}: ${moved ? `${listRegions(placed.before)} -> ${listRegions(placed.after)}` : listRegions(placed.after)}`,
    ...(plan.capturesStop === null ? [] : [`  backups stop: ${plan.capturesStop.text}`]),
    ...plan.newlyUnmet.map(({ text }) => `  unmet: ${text}`),
    ...plan.copiesToMake.map((copies) => `  make in ${describeCopies(copies)}`),
    ...plan.illegalCopies.map(
      ({ region, points, bytes, already, reason }) =>
        `  ${already ? 'illegal already' : 'becomes illegal'} in ${region}: ${countPoints(points)}, ${describeBytes(bytes)}; ${reason.text}`,
    ),
    ...(debts.before === debts.after ? [] : [`  debts ${describeChange(debts)}`]),
    ...(restorable.before === restorable.after ? [] : [`  restorable points ${describeChange(restorable)}`]),
    ...plan.findings.appearing.map((finding) => `  + ${describeFinding(finding)}`),
    ...plan.findings.disappearing.map((finding) => `  - ${describeFinding(finding)}`),
    ...(plan.monthlyCost.before === plan.monthlyCost.after ? [] : [`  monthly cost ${describeCost(plan)}`]),
  ];
}

function describeCopies({ region, points, bytes, owedAlready, source, waits, reason }: CopiesToMake): string {
  const from = source === null ? '' : ` from ${source}`;
  const waiting = waits === null ? '' : `, WAITS: ${waits.text}`;
  const amount = `${region}: ${countPoints(points)}, ${describeBytes(bytes)}${from}${waiting}`;
  if (owedAlready === points) return `${amount}; owed already`;
  return `${amount}; ${owedAlready === 0 ? '' : `${owedAlready} of them owed already; `}${reason.text}`;
}

const describeFinding = ({ severity, framework, control, evidence }: FindingChange): string =>
  `${severity}: ${framework} ${control}: ${evidence}`;
