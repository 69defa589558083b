import { errorCatalogue } from './catalogue/index.ts';
import { type ErrorEntry, exitCodeOf } from './error-entry.ts';
import { runbookOf } from './runbook.ts';

/** The content of `docs/errors.md`: every error that a user can meet. */
export function renderErrors(): string {
  // The compiler knows the keys; only Object.entries forgets them.
  const codes = Object.keys(errorCatalogue).toSorted() as (keyof typeof errorCatalogue)[];
  const rows = codes.map((code) => {
    const entry: ErrorEntry = errorCatalogue[code];
    const link = runbookOf(code).link.replace('docs/', '');
    const cells = [`[\`${code}\`](${link})`, entry.sentence, entry.hint, exitCodeOf(entry), entry.status, entry.treatment];
    return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `# Errors

Generated from \`packages/domain/src/errors/catalogue\`; \`pnpm --filter @cbcr/domain generate\` writes it anew.

Every failure has a code, which never changes its meaning. **Exit** is the exit code of \`cbcr\` when the error ends a command (a run that was waited
for and failed ends in 6, whatever its error). **Status** is the answer of the API. **A run** that meets the error:

- \`never\`: fails at once, because trying again would not help
- \`attempt\`: is tried again until its attempts are used up
- \`outage\`: waits and costs no attempt
- \`cancel\`: ends as cancelled
- \`lost\`: goes on elsewhere; this worker stops

The code leads to its runbook: what it means, how to see it, what to do, and what not to do.

| code | sentence | hint | exit | status | a run |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
