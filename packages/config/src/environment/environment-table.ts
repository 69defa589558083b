import { cliEnvironment, schedulerEnvironment, workerEnvironment } from './services.ts';
import type { EnvironmentSchema, Variable } from './variable.ts';

const services: readonly { title: string; schema: EnvironmentSchema }[] = [
  { title: 'Scheduler', schema: schedulerEnvironment },
  { title: 'Worker', schema: workerEnvironment },
  { title: 'CLI', schema: cliEnvironment },
];

/** The content of `docs/environment.md`: every variable of every service. */
export function renderEnvironmentTable(): string {
  const sections = services.map(({ title, schema }) => {
    const rows = Object.values(schema).map(renderRow);
    return `## ${title}\n\n| variable | value | when absent | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Environment

Generated from \`packages/config\`; \`pnpm --filter @cbcr/config generate\` writes it anew.

Every variable \`X\` may be given as \`X_FILE\` instead: the path of a file that holds the value, which keeps secrets out of the
environment. One newline at the end of the file is dropped. An empty variable counts as absent. Variables marked 🔒 are secrets
and never appear in a message or a log.

${sections.join('\n')}`;
}

function renderRow({ name, secret, form, presence, about }: Variable): string {
  const absent =
    presence === 'required' ? '**required**' : presence === 'optional' || presence.otherwise === '' ? '–' : `\`${presence.otherwise}\``;
  return `| \`${name}\`${secret ? ' 🔒' : ''} | ${form} | ${absent} | ${about} |`;
}
