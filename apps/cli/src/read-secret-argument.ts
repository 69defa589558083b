import { text } from 'node:stream/consumers';

/** `-` reads the value from standard input: a command line is visible to everybody on the machine. */
export async function readSecretArgument(value: string, stdin: NodeJS.ReadableStream = process.stdin): Promise<string> {
  return value === '-' ? (await text(stdin)).trim() : value;
}
