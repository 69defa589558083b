/** Editors and `echo` put one newline at the end of a file; a second one would be part of the secret. */
export const trimOneNewline = (text: string): string => text.replace(/\r?\n$/, '');
