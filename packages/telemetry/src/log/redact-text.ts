const mask = '***';
/** Ends where the name may go on; what stands before it does not matter. Bounded, so that long texts without secrets cost little. */
const names = String.raw`(?:password|passwd|passphrase|secret|token|api_?key|access_?key)[\w-]{0,64}`;

/** Each replaces one way in which secrets stand in running text: messages, stacks, command lines, connection strings, JSON within text. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, mask],
  [/\bsealed:v1:[\w.~+/=-]+/g, `sealed:v1:${mask}`],
  // Up to the last @ of the word: a password may hold ':', '/', '#' and '@' although it should not. `host:8080/path@x` is no password.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@"'<>]*):(?!\d{1,5}[/?#])[^\s"'<>]*@/gi, `$1:${mask}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${mask}`],
  [new RegExp(String.raw`(${names}\\*"\s*:\s*\\*")(?:[^"\\]|\\.)*`, 'gi'), `$1${mask}`],
  [new RegExp(String.raw`(${names}\\*'\s*:\s*\\*')(?:[^'\\]|\\.)*`, 'gi'), `$1${mask}`],
  [new RegExp(String.raw`(${names}\s*=\s*)(?:"[^"]*"|'[^']*'|[^\s&;,"']+)`, 'gi'), `$1${mask}`],
];

/** Takes secrets out of running text. Rather takes too much than too little. */
export function redactText(text: string): string {
  return patterns.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}
