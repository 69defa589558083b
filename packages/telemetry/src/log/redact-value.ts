import { redactText } from './redact-text.ts';

const secretKeys =
  /pass(?:word|wd|phrase)|secret|token|authorization|cookie|credential|^connection$|connection_?(?:string|url)|(?:seal|api|access|private)_?key(?!_?id)|^keys$|^sealed$/i;
const reference = /^(?:env|file):\S*$/;
const removed = '[redacted]';

/**
 * A copy of a JSON value without secrets: values under telling keys are removed whatever they are, all other text is searched. References
 * (`env:NAME`, `file:PATH`) stay, because they say where a secret is and not what it is.
 */
function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [redactText(key), secretKeys.test(key) ? redactSecret(inner) : redactValue(inner)]),
  );
}

/** What says nothing is kept: that a secret is absent is worth knowing. */
function redactSecret(value: unknown): unknown {
  const isHarmless = value === null || typeof value === 'boolean' || value === '' || (typeof value === 'string' && reference.test(value));
  return isHarmless ? value : removed;
}

/** One line of a log as it is about to be written. Whatever was logged, and however, passes through here. */
export function redactLine(line: string): string {
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`;
  } catch {
    return `${JSON.stringify({ level: 'error', msg: 'a line of the log was not JSON and is left out' })}\n`;
  }
}
