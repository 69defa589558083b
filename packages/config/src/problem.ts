/** One thing that is wrong with a configuration file, where it stands, and what would put it right. Never shows the value of a secret. */
export interface Problem {
  file: string;
  /** Such as `policies.standard.placement.prefer[1]`; empty for the document as a whole. */
  path: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
  hint?: string;
}

/** Where something stands in the document: keys and indexes from the top. */
export type Path = readonly (string | number)[];

export const formatPath = (path: Path): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('');

/** For people: one line per problem in the order of the file, `file:line:column`, the path, what is wrong; hints indented below. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, path, message, hint }) => {
      const text = `${file}:${line}:${column}  ${path === '' ? '' : `${path}: `}${message}`;
      return hint === undefined ? text : `${text}\n    ${hint}`;
    })
    .join('\n');
}

export const inOrderOfTheFile = (a: Problem, b: Problem): number => a.line - b.line || a.column - b.column;
