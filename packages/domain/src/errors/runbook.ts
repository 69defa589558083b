import type { ErrorCode } from './catalogue/index.ts';

/** Where an error is explained to operators: a file for each area of codes, a section for each code. */
export function runbookOf(code: ErrorCode): { file: string; heading: string; link: string } {
  const file = `docs/runbooks/${code.split('.')[0]}.md`;
  // The anchor that renderers of Markdown give to the heading.
  return { file, heading: code, link: `${file}#${code.replace('.', '')}` };
}
