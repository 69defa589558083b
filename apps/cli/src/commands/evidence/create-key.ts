import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

export function createEvidenceKey(parent: Command, cli: Cli): void {
  parent
    .command('key')
    .description('keys that sign evidence packs')
    .command('create')
    .description('make a key pair (Ed25519): the private half signs, the public half (.pub) goes to whoever verifies')
    .requiredOption('--out <file>', 'where the private key goes, readable for you alone')
    .action(async ({ out }: { out: string }) => {
      const { createKeyPair, fingerprintOf, readPublicKey } = await import('@cbcr/evidence');
      const path = resolve(cli.currentFolder, out);
      const pair = createKeyPair();
      await writeNew(path, pair.privateKey, 0o600);
      await writeNew(`${path}.pub`, pair.publicKey, 0o644);
      const key = fingerprintOf(readPublicKey(pair.publicKey));
      cli.out.result({ privateKey: path, publicKey: `${path}.pub`, key }, () => [
        `The private key is in ${path}, the public one in ${path}.pub.`,
        `Fingerprint: ${key}`,
      ]);
    });
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { mode, flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CbcrError(
      'usage.invalid',
      { cause: `${path} cannot be written (${code}); a key is never written over another` },
      { cause: error },
    );
  }
}
