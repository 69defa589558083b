import { open, realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import { trimOneNewline } from './trim-one-newline.ts';

const mostBytes = 64 * 1024;
/** Pseudo files there show the environment and the memory of processes, secrets included. */
const forbiddenFolders = ['/proc/', '/sys/', '/dev/'];

/**
 * The text of the file behind `file:PATH`, without one newline at its end. The path is absolute; links are followed first, so that the
 * refusals of the service's own files and of pseudo files hold for what is really read.
 */
export async function readSecretFile(reference: string, ownFiles: readonly string[]): Promise<string> {
  const path = reference.slice('file:'.length);
  const refuse = (cause: string) => new CbcrError('secret.unresolvable', { reference, cause });
  if (!isAbsolute(path)) throw refuse('the path must be absolute');
  try {
    const real = await realpath(path);
    if (forbiddenFolders.some((folder) => real.startsWith(folder))) throw refuse('files of the system itself cannot be referenced');
    const ownPaths = await Promise.all(ownFiles.map((file) => realpath(file).catch(() => file)));
    if (ownPaths.includes(real)) throw refuse('files of CBCR itself cannot be referenced');
    await using file = await open(real, 'r');
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > mostBytes) throw refuse(`it is not a file of at most ${mostBytes / 1024} KiB`);
    const text = trimOneNewline(await file.readFile('utf8'));
    if (text === '') throw refuse('the file is empty');
    return text;
  } catch (error) {
    if (error instanceof CbcrError) throw error;
    throw refuse(`the file cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'})`);
  }
}
