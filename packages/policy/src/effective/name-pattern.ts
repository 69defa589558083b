/** A pattern for names in which `*` stands for any characters, also none. Nothing else in it is special. */
export interface NamePattern {
  readonly text: string;
  /** How many characters are written out: the longer, the more specific. */
  readonly literalLength: number;
  matches(name: string): boolean;
}

export function compileNamePattern(text: string): NamePattern {
  const [start = '', ...rest] = text.split('*');
  const end = rest.pop();
  const literalLength = text.replaceAll('*', '').length;
  if (end === undefined) return { text, literalLength, matches: (name) => name === start };
  return { text, literalLength, matches: (name) => isMatch(name, start, rest, end) };
}

/** In linear time, whatever the pattern: a regular expression of many stars would try every way to share out the name. */
function isMatch(name: string, start: string, middle: readonly string[], end: string): boolean {
  if (!name.startsWith(start)) return false;
  let position = start.length;
  for (const part of middle) {
    const found = name.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return name.length - end.length >= position && name.endsWith(end);
}
