import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';

/** The content of docs/cli.md, from the definitions of the commands, so that both always agree. */
export function renderReference(program: Command): string {
  const sections = [...leavesOf(program)].map(({ path, command }) => renderCommand(path, command));
  return `# Commands

Generated from the commands; \`pnpm --filter @cbcr/cli generate\` writes it anew. \`./scripts/cbcr\` runs them from the checkout.

Results go to standard output, everything about the work to standard error. Every command takes these options:

${renderOptions(program)}

The scheduler is the one that \`CBCR_URL\` and \`CBCR_TOKEN\` name (see [the environment](environment.md)); without them, that of the local
stack whose state is in \`.cbcr\` of the current folder or of the nearest one above it.

| exit code | meaning |
|---|---|
${exitCodes.map(({ code, meaning }) => `| ${code} | ${meaning} |`).join('\n')}

A failure says what happened (\`error:\`), what to do (\`hint:\`) and its code in brackets; which scheduler was asked (\`asked:\`) where another one may have been
meant; and where to read on (\`more:\`). With \`--json\` it is one document on standard output:
\`{"error": {"code", "message", "hint", "runbook"?, "reason"?, "problems"?, "server"?}, "result"?}\`. What was found or done all the same is the \`result\`, such as
a plan that would be refused.

${sections.join('\n')}`;
}

function* leavesOf(command: Command, path: readonly string[] = [command.name()]): Generator<{ path: readonly string[]; command: Command }> {
  for (const child of command.createHelp().visibleCommands(command)) {
    if (child.name() === 'help') continue;
    const childPath = [...path, child.name()];
    if (child.commands.length > 0) yield* leavesOf(child, childPath);
    else yield { path: childPath, command: child };
  }
}

function renderCommand(path: readonly string[], command: Command): string {
  const words = [
    ...path,
    ...command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)),
  ];
  const about = command.description();
  const notes = command.registeredArguments.flatMap((argument) =>
    argument.description === '' ? [] : [`- \`${argument.name()}\`: ${argument.description}`],
  );
  return [
    `## \`${words.join(' ')}\`\n`,
    `${about.charAt(0).toUpperCase()}${about.slice(1)}.\n`,
    ...(notes.length === 0 ? [] : [`${notes.join('\n')}\n`]),
    ...(command.options.length === 0 ? [] : [`${renderOptions(command)}\n`]),
  ].join('\n');
}

function renderOptions(command: Command): string {
  const rows = command.options.map((option) => {
    const facts = [
      ...(option.mandatory ? ['**required**'] : []),
      option.description,
      ...(option.argChoices === undefined ? [] : [`one of ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}`]),
      ...(typeof option.defaultValue === 'string' || typeof option.defaultValue === 'number' ? [`default \`${option.defaultValue}\``] : []),
    ];
    return `| \`${option.flags}\` | ${facts.join('; ').replaceAll('|', '\\|')} |`;
  });
  return ['| option | meaning |', '|---|---|', ...rows].join('\n');
}
