import type { Path } from '../problem.ts';
import type { ProblemList } from './problem-list.ts';

const secretNames = /password|passphrase|secret|token|credential|private.?key/i;
const reference = /^(env|file):./s;
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]*:[^/?#\s@]+@/i;

/** Refuses secrets in plain text anywhere below `path`: a file like this is copied, committed and mailed. */
export function reportPlainSecrets(value: unknown, path: Path, problems: ProblemList): void {
  if (typeof value === 'string') {
    const name = String(path.at(-1));
    const isSecret = (secretNames.test(name) && !reference.test(value)) || urlWithPassword.test(value);
    if (isSecret)
      problems.add(path, 'a secret in plain text is refused', 'Put it into a variable or a file and write env:NAME or file:PATH.');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      reportPlainSecrets(inner, [...path, Array.isArray(value) ? Number(key) : key], problems);
  }
}
