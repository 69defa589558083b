const suppression = /(?:@ts-expect-error|oxlint-disable(?:-next-line|-line)?|eslint-disable(?:-next-line|-line)?)(?<rest>.*)/;

/**
 * Lines that switch a check off without saying why. Biome refuses its own (`biome-ignore rule:` without a reason) by itself;
 * this asks the same of the type checker's and oxlint's: `-- reason` after the rule, or text after `@ts-expect-error`.
 */
export function findBareSuppressions(path: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = suppression.exec(line);
    if (found === null) return [];
    const rest = found.groups?.rest ?? '';
    const reason = found[0].startsWith('@ts') ? rest : (rest.split('--')[1] ?? '');
    return /[a-z]{3}/i.test(reason) ? [] : [`${path}:${index + 1} switches a check off without a reason: ${line.trim()}`];
  });
}
