/** Replaces every secret, as it is and as it stands in a URL, before a foreign text may reach a log or an error. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret !== '').flatMap((secret) => [secret, encodeURIComponent(secret), encodeURI(secret)]);
  // Longest first: otherwise a short form would leave the rest of a longer one behind.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((redacted, form) => redacted.replaceAll(form, '[secret]'), text);
}
