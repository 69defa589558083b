import { describeFacts } from './describe-facts.ts';
import { html, table } from './html.ts';
import type { MappedFramework } from './map-controls.ts';
import { deletionsTable, holdsTable, limitedTable, type ReportedDeletion, type ReportedHold } from './report-tables.ts';
import type { EventSummary } from './summarize-events.ts';

export interface ReportContent {
  madeAt: Date;
  period: { from: Date; to: Date };
  instances: readonly string[] | null;
  key: string;
  events: EventSummary;
  frameworks: readonly MappedFramework[];
  policies: readonly { version: number; appliedAt: string; author: string; reason: string | null; hash: string; forced: boolean }[];
  protection: readonly { id: string; home: string; dataClass: string; protected: boolean; debts: number }[];
  copies: readonly { instance: string; region: string; verified: number; others: number; oldestVerification: string | null }[];
  holds: readonly ReportedHold[];
  /** The first of them, and how many there are. */
  deletions: { first: readonly ReportedDeletion[]; count: number };
  findings: readonly { framework: string; control: string; severity: string; instance: string; evidence: string }[];
}

/** One page without any resource of its own: readable offline, printable, safe to open. */
export function renderReport(content: ReportContent): string {
  const { events, period, frameworks, policies, protection, copies, holds, deletions, findings } = content;
  const { first, last, decisions } = events;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>CBCR evidence, ${day(period.from)} to ${day(period.to)}</title>
<style>${style}</style></head><body>
<h1>Evidence of backups, copies and restores</h1>
<p>From ${moment(period.from)} to ${moment(period.to)} (not included), of ${
    content.instances === null ? 'all instances' : content.instances.join(', ')
  }. Made at ${moment(content.madeAt)}.</p>
<p>This page is a reading of the JSON files beside it. <code>cbcr evidence verify</code> shows offline whether all of them are as they were
signed by the key <code>${content.key}</code>. Compare that fingerprint with the one that you were given by another way.</p>

<h2>The chain of events</h2>
${table(
  ['', 'event', 'hash'],
  first === null || last === null
    ? []
    : [
        ['follows', first.id - 1, html`<code>${first.prevHash}</code>`],
        ['first', first.id, html`<code>${first.hash}</code>`],
        ['last', last.id, html`<code>${last.hash}</code>`],
      ],
)}
<p>${events.count} events: ${[...events.actions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([action, count]) => `${count} ${action}`)
    .join(', ')}.</p>

<h2>Controls and what answers them</h2>
<p>Frameworks are templates modelled on the rules that they name. They are a start and no legal advice.</p>
${frameworks.map(
  ({ framework, modelledOn, about, dataClasses, controls }) => html`<h3>${framework}</h3>
<p>${about}. Modelled on ${modelledOn}. Data classes: ${dataClasses.join(', ') || 'all'}.</p>
${table(
  ['control', 'what it asks', 'found now', 'evidence', 'events'],
  controls.map((control) => [
    control.control,
    control.about,
    verdictOf(control.findings),
    `${control.answer} (${[...control.files, ...control.actions].join(', ')})`,
    control.events,
  ]),
)}`,
)}
${frameworks.length === 0 ? html`<p class="none">No framework is chosen.</p>` : ''}

<h2>Findings now</h2>
${limitedTable(
  ['severity', 'instance', 'framework', 'control', 'evidence'],
  findings.map(({ severity, instance, framework, control, evidence }) => [severity, instance, framework, control, evidence]),
)}

<h2>Instances now</h2>
${limitedTable(
  ['instance', 'home', 'data class', 'protected', 'copies owed'],
  protection.map((one) => [one.id, one.home, one.dataClass, one.protected ? 'yes' : html`<strong>no</strong>`, one.debts]),
)}

<h2>Copies now</h2>
${limitedTable(
  ['instance', 'region', 'verified', 'not verified', 'oldest verification'],
  copies.map(({ instance, region, verified, others, oldestVerification }) => [instance, region, verified, others, oldestVerification]),
)}

<h2>Rules in force during the period</h2>
${limitedTable(
  ['version', 'applied', 'by', 'reason', 'SHA-256'],
  policies.map(({ version, appliedAt, author, reason, hash, forced }) => [
    version,
    appliedAt,
    author,
    `${reason ?? ''}${forced ? ' (forced)' : ''}`,
    html`<code>${hash}</code>`,
  ]),
)}

<h2>Legal holds of the period</h2>
${holdsTable(holds)}

<h2>Deletions of the period</h2>
<p>Every one was asked of one gate; all of its answers are in <code>deletions.json</code>, refusals are among the decisions below.</p>
${deletionsTable(deletions.first, deletions.count)}

<h2>Decisions of the period</h2>
<p>Rules, exceptions, restores, deletions, holds, locks and tokens. Placements, captures, verifications and debts are in <code>events.json</code>.</p>
${limitedTable(
  ['event', 'at', 'by', 'action', 'subject', 'facts'],
  decisions.map(({ id, at, actor, action, subject, facts }) => [id, at, actor, action, subject, describeFacts(facts)]),
  events.decisionCount,
)}
</body></html>
`;
  return page.text;
}

const verdictOf = ({ violations, unproven, instances }: MappedFramework['controls'][number]['findings']) => {
  const where = count(instances.length, 'instance');
  if (violations > 0) return html`<strong>${count(violations, 'violation')}</strong> in ${where}`;
  return unproven > 0 ? `cannot be shown for ${where}` : 'met';
};

const count = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`;
const moment = (at: Date): string => at.toISOString();
const day = (at: Date): string => at.toISOString().slice(0, 10);

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#1b1f24}
h1{font-size:1.6em}h2{margin-top:2em;border-bottom:1px solid #d0d7de}code{font-size:.85em;word-break:break-all}
table{border-collapse:collapse;width:100%;font-size:.9em}th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #e5e9ee;overflow-wrap:anywhere}
th{background:#f6f8fa}.none,.fact{color:#67707a}strong{color:#b42318}@media print{body{max-width:none}}`;
