import { readFile } from 'node:fs/promises';
import { CbcrError } from '@cbcr/domain';

export const connectionHelp =
  'env:NAME or file:PATH as the workers see it, a URL, or - to read the URL from standard input; other users of this machine can see a URL on the command line';

export interface SecretArgument {
  /** Names the option in errors, such as `--target`. */
  option: string;
  value: string | undefined;
  /** From the option's twin, such as `--target-file`. */
  file: string | undefined;
}

/**
 * A value that may hold a password. A command line is visible to everybody on the machine, so it may come from standard input (`-`) or from a
 * file instead. White space around it is dropped. Throws `usage.invalid` and `usage.file-unreadable`, which never show the value.
 */
export async function readSecretArgument({ option, value, file }: SecretArgument, stdin: AsyncIterable<unknown>): Promise<string> {
  const refuse = (cause: string, error?: unknown) => new CbcrError('usage.invalid', { cause }, { cause: error });
  if ((value === undefined) === (file === undefined)) throw refuse(`Give either ${option} or ${option}-file`);
  if (value !== undefined && value !== '-') return value;
  const text =
    file === undefined
      ? await readAll(stdin)
      : await readFile(file, 'utf8').catch((error: unknown) => {
          const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
          throw new CbcrError('usage.file-unreadable', { file: `The file of ${option}-file`, cause }, { cause: error });
        });
  if (text.trim() === '') throw refuse(`The value of ${option} is empty`);
  return text.trim();
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const part of stdin) text += String(part);
  return text;
}
