import type { AuditEventView, CbcrClient, PointView } from '@cbcr/client';
import { mapControls, type PackContent, type ReportContent } from '@cbcr/evidence';

export interface WantedEvidence {
  period: { from: Date; to: Date };
  /** Null: all. */
  instances: readonly string[] | null;
}

/** What is gathered for a pack; the report is made from it. */
export interface CollectedEvidence extends Pick<PackContent, 'chainId' | 'events' | 'documents'> {
  report: Pick<ReportContent, 'frameworks' | 'policies' | 'protection' | 'copies' | 'findings'>;
}

/** Everything is asked of the API, so that whoever exports needs a token and nothing else. */
export async function collectEvidence(
  client: CbcrClient,
  { period, instances: wanted }: WantedEvidence,
  onProgress: (what: string) => void,
): Promise<CollectedEvidence> {
  onProgress('events');
  const { chainId, events } = await readEvents(client, period);
  onProgress('rules');
  const policies = await readPolicies(client, period);
  onProgress('instances and findings');
  const [allInstances, regions, frameworks] = await Promise.all([client.listInstances(), client.listRegions(), client.listFrameworks()]);
  const isWanted = (id: string) => wanted === null || wanted.includes(id);
  const instances = allInstances.filter(({ id }) => isWanted(id));
  const compliance = await readCompliance(client, wanted);
  const points: PointView[] = [];
  for (const instance of instances) {
    onProgress(`copies of ${instance.id}`);
    points.push(...(await readPoints(client, instance.id, period.to)));
  }
  const mapped = mapControls(frameworks, compliance.findings, events);
  return {
    chainId,
    events,
    documents: {
      policies,
      instances,
      regions,
      compliance,
      frameworks: mapped,
      copies: points.map(({ debts: _debts, ...point }) => point),
      debts: points.flatMap(({ debts }) => debts),
      holds: events.filter(({ action }) => action.startsWith('hold.')).map(shortOf),
      deletions: events.filter(({ action }) => isOfDeletion(action)).map(shortOf),
    },
    report: { frameworks: mapped, policies, protection: instances, copies: sumCopies(points), findings: compliance.findings },
  };
}

const isOfDeletion = (action: string) => action.startsWith('deletion.') || /^copy\.(expiring|kept|deleted|became-illegal)$/.test(action);
const shortOf = ({ id, at, actor, action, subject, facts }: AuditEventView) => ({ event: id, at, actor, action, subject, facts });

async function readEvents(client: CbcrClient, period: WantedEvidence['period']): Promise<{ chainId: string; events: AuditEventView[] }> {
  const events: AuditEventView[] = [];
  for (;;) {
    const after = events.at(-1)?.id ?? 0;
    const page = await client.readAuditChain({ from: period.from.toISOString(), to: period.to.toISOString(), after });
    events.push(...page.events);
    if (page.events.length === 0 || page.last === null || (page.events.at(-1)?.id ?? 0) >= page.last)
      return { chainId: page.chainId, events };
  }
}

/** The version in force when the period began, and those that came during it, each with what it says. */
async function readPolicies(client: CbcrClient, { from, to }: WantedEvidence['period']) {
  const versions = await client.listPolicyVersions();
  const until = versions.filter(({ appliedAt }) => Date.parse(appliedAt) < to.getTime());
  const before = until.find(({ appliedAt }) => Date.parse(appliedAt) < from.getTime());
  const chosen = until.filter(({ version }) => before === undefined || version >= before.version);
  return Promise.all(chosen.map(({ version }) => client.getPolicyVersion(version)));
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

const pageSize = 500;

/** Those that were captured before the end of the period, with the copies that they have now. */
async function readPoints(client: CbcrClient, instance: string, to: Date): Promise<PointView[]> {
  const points: PointView[] = [];
  for (;;) {
    const page = await client.listPoints({ instance, limit: pageSize, cursor: points.at(-1)?.id });
    points.push(...page);
    if (page.length < pageSize) return points.filter(({ capturedAt }) => Date.parse(capturedAt) < to.getTime());
  }
}

function sumCopies(points: readonly PointView[]): ReportContent['copies'] {
  const sums = new Map<string, { instance: string; region: string; verified: number; others: number; oldestVerification: string | null }>();
  for (const { instance, copies } of points) {
    for (const { region, state, verifiedAt } of copies) {
      if (state === 'deleted') continue;
      const key = `${instance} ${region}`;
      const sum = sums.get(key) ?? { instance, region, verified: 0, others: 0, oldestVerification: null };
      sums.set(key, sum);
      if (state !== 'verified') sum.others += 1;
      else {
        sum.verified += 1;
        if (verifiedAt !== null && (sum.oldestVerification === null || verifiedAt < sum.oldestVerification))
          sum.oldestVerification = verifiedAt;
      }
    }
  }
  return [...sums.values()];
}
