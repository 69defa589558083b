import { type AuditActionEntry, auditActions } from './audit-actions.ts';

/** docs/audit.md */
export function renderAudit(): string {
  const actions: readonly (readonly [string, AuditActionEntry])[] = Object.entries(auditActions);
  return `${introduction}\n${actions.map(([name, entry]) => renderAction(name, entry)).join('\n')}`;
}

function renderAction(name: string, { when, subject, facts }: AuditActionEntry): string {
  const rows = Object.entries(facts).map(([fact, meaning]) => `| \`${fact}\` | ${meaning} |`);
  const table = rows.length === 0 ? [] : ['', '| fact | |', '|---|---|', ...rows];
  return [`### ${name}`, '', `Written when ${when}. The subject is: ${subject}.`, ...table, ''].join('\n');
}

const introduction = `# The audit trail

<!-- Generated from packages/domain/src/audit; \`pnpm --filter @cbcr/domain generate\` writes it. -->

Every decision that matters is an event of the catalog: who (\`actor\`), when (\`at\`), what (\`action\`), on what (\`subject\`), and its details
(\`facts\`, never a secret). An event is written in the transaction of the deed: both are there, or neither is.

\`\`\`
cbcr audit list --subject shop --since 2027-01-01
cbcr audit verify
cbcr evidence export --from 2027-01-01 --to 2027-04-01 --key env:EVIDENCE_KEY --out evidence-2027-q1
\`\`\`

## The chain

Events are numbered from 1 on without a gap (an installation of an earlier version may have gaps in what it wrote before). Each holds the
hash of the one before it, and its own:

\`\`\`
hash = SHA-256 of the canonical JSON of {action, actor, at, facts, id, prev, subject}
prev = hash of the event before; for the first one, the chain's id: 64 random hex digits that the catalog was born with
\`\`\`

Canonical JSON is UTF-8 without white space, members sorted by UTF-16 code unit, numbers and strings as ECMAScript writes them (RFC 8785).
\`at\` is ISO 8601 in UTC with milliseconds.

One row, \`audit_head\`, holds the end of the chain. A transaction locks it as its last lock, appends all of its events in one statement and
commits: two transactions never fork the chain, nobody who waits for the row holds anything up, and many events cost one lock. Triggers refuse
what would change or remove an event, and what does not follow the last one.

Somebody who owns the database can switch triggers off. \`cbcr audit verify\` reads the whole chain again and tells the first event that was
changed, removed, inserted or moved. Who writes the chain anew from some event up to its head leaves no break in it, but contradicts every hash that
left the database before: note the last event that \`verify\` prints and give it back with \`--anchor\`, or export evidence packs
([formats/evidence.md](formats/evidence.md)), which hold the events signed.

## Actions

The list is closed: \`packages/domain/src/audit/audit-actions.ts\` has every action, and the compiler refuses others.
`;
