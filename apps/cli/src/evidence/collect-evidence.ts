import type { CbcrClient, DeletionView, HoldView, PointView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import { createEventSummary, longestTable, mapControls, type PackWriter, type ReportContent } from '@cbcr/evidence';
import { describeSelector } from '../output/describe-holds.ts';
import { createCopySums } from './sum-copies.ts';

export interface WantedEvidence {
  period: { from: Date; to: Date };
  /** Null: all. */
  instances: readonly string[] | null;
}

/** What a pack says of itself and in its report; everything else has gone into its files. */
export type CollectedEvidence = { chainId: string } & Pick<
  ReportContent,
  'events' | 'frameworks' | 'policies' | 'protection' | 'copies' | 'holds' | 'deletions' | 'findings'
>;

/**
 * Everything is asked of the API, so that whoever exports needs a token and nothing else; page by page, and each page goes into the pack at once. Throws
 * `instance.not-found` before anything is written.
 */
export async function collectEvidence(
  client: CbcrClient,
  pack: PackWriter,
  { period, instances: wanted }: WantedEvidence,
  onProgress: (what: string) => void,
): Promise<CollectedEvidence> {
  const all = await client.listInstances({ retired: true });
  const unknown = wanted?.find((name) => !all.some(({ id }) => id === name));
  if (unknown !== undefined) throw new CbcrError('instance.not-found', { instance: unknown });
  const instances = all.filter(({ id }) => wanted === null || wanted.includes(id));

  onProgress('events');
  const { chainId, events } = await packEvents(client, pack, period);
  onProgress('rules');
  const policies = await packPolicies(client, pack, period);
  onProgress('holds and deletions');
  const holds = (await client.listHolds({ all: true })).filter((hold) => protectedWithin(hold, period));
  await pack.addDocument('holds', holds);
  const deletions = await packDeletions(client, pack, period, wanted);
  onProgress('instances and findings');
  await pack.addDocument('instances', instances);
  await pack.addDocument('regions', await client.listRegions());
  const compliance = await readCompliance(client, wanted);
  await pack.addDocument('compliance', compliance);
  const frameworks = mapControls(await client.listFrameworks(), compliance.findings, events.actions);
  await pack.addDocument('frameworks', frameworks);

  const sums = createCopySums();
  const [copies, debts] = [pack.openList('copies'), pack.openList('debts')];
  for (const { id } of instances) {
    onProgress(`copies of ${id}`);
    for await (const points of readPoints(client, id, period.to)) {
      sums.add(points);
      await copies.add(points.map(({ debts: _debts, ...point }) => point));
      await debts.add(points.flatMap((point) => point.debts));
    }
  }
  await copies.end();
  await debts.end();
  return {
    ...{ chainId, events, frameworks, policies, protection: instances, copies: sums.read(), deletions, findings: compliance.findings },
    holds: holds.map((hold) => ({ ...hold, covers: describeSelector(hold.selector) })),
  };
}

type Period = WantedEvidence['period'];

async function packEvents(client: CbcrClient, pack: PackWriter, { from, to }: Period) {
  const summary = createEventSummary();
  for (let after = 0; ; ) {
    const page = await client.readAuditChain({ from: from.toISOString(), to: to.toISOString(), after });
    summary.add(page.events);
    await pack.addEvents(page.events);
    after = page.events.at(-1)?.id ?? after;
    if (page.events.length === 0 || page.last === null || after >= page.last) return { chainId: page.chainId, events: summary.read() };
  }
}

const versionsAtOnce = 100;

/** The version in force when the period began, and those that came during it, newest first, each with what it says. */
async function packPolicies(client: CbcrClient, pack: PackWriter, { from, to }: Period) {
  const told: CollectedEvidence['policies'][number][] = [];
  const list = pack.openList('policies');
  for (let before: number | undefined; ; ) {
    const page = await client.listPolicyVersions({ before, limit: versionsAtOnce });
    for (const version of page) {
      if (Date.parse(version.appliedAt) >= to.getTime()) continue;
      const { rulebook, ...facts } = await client.getPolicyVersion(version.version);
      await list.add([{ ...facts, rulebook }]);
      told.push(facts);
      if (Date.parse(version.appliedAt) < from.getTime()) break;
    }
    before = page.at(-1)?.version;
    const isInForce = told.some(({ appliedAt }) => Date.parse(appliedAt) < from.getTime());
    if (isInForce || page.length < versionsAtOnce) break;
  }
  await list.end();
  return told;
}

/** Whether it protected something at some moment of the period, the grace after its release included. */
const protectedWithin = ({ placedAt, protectsUntil }: HoldView, { from, to }: Period): boolean =>
  Date.parse(placedAt) < to.getTime() && (protectsUntil === null || Date.parse(protectsUntil) > from.getTime());

const pageSize = 500;

/** Gives those that a report shows, and how many there are. */
async function packDeletions(client: CbcrClient, pack: PackWriter, period: Period, wanted: readonly string[] | null) {
  const list = pack.openList('deletions');
  const first: DeletionView[] = [];
  let count = 0;
  const [from, to] = [period.from.toISOString(), period.to.toISOString()];
  for (let after = 0, isWhole = false; !isWhole; ) {
    const page = await client.listDeletions({ from, to, after, limit: pageSize });
    const own = page.filter(({ instance }) => wanted === null || wanted.includes(instance));
    await list.add(own);
    first.push(...own.slice(0, longestTable - first.length));
    count += own.length;
    after = page.at(-1)?.id ?? after;
    isWhole = page.length < pageSize;
  }
  await list.end();
  return { first, count };
}

async function readCompliance(client: CbcrClient, wanted: readonly string[] | null) {
  const limit = 100_000;
  if (wanted === null) return client.checkCompliance({ limit });
  const [first = '', ...others] = wanted;
  const sum = await client.checkCompliance({ instance: first, limit });
  for (const instance of others) {
    const one = await client.checkCompliance({ instance, limit });
    sum.findings.push(...one.findings);
    for (const severity of ['critical', 'major', 'minor', 'unproven'] as const) sum.counts[severity] += one.counts[severity];
    sum.instances.held += one.instances.held;
    sum.instances.exempt += one.instances.exempt;
    sum.left += one.left;
  }
  return sum;
}

/** Those that were captured before the end of the period, with the copies that they have now. */
async function* readPoints(client: CbcrClient, instance: string, to: Date): AsyncGenerator<PointView[]> {
  for (let cursor: string | undefined; ; ) {
    const page = await client.listPoints({ instance, limit: pageSize, cursor });
    yield page.filter(({ capturedAt }) => Date.parse(capturedAt) < to.getTime());
    if (page.length < pageSize) return;
    cursor = page.at(-1)?.id;
  }
}
