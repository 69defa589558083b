import { resolve } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { readPack } from '../../evidence/pack-folder.ts';
import { formatCount } from '../../output/format.ts';
import { readText } from '../config/read-text.ts';

export function verifyEvidence(parent: Command, cli: Cli): void {
  parent
    .command('verify')
    .description('check a pack offline: signature, every file, every event; names what was tampered with')
    .argument('<folder>', 'the pack')
    .option('--key <file>', 'the public key that must have signed it; without it, anybody may have')
    .action(async (folder: string, { key }: { key?: string }) => {
      const { verifyPack } = await import('@cbcr/evidence');
      const publicKey = key === undefined ? undefined : await readText(resolve(cli.currentFolder, key));
      const verified = await verifyPack(await readPack(resolve(cli.currentFolder, folder)), { publicKey });
      const [first] = verified.problems;
      if (first !== undefined) {
        const problems = verified.problems.map(({ file, event, detail }) => ({
          path: event === null ? file : `${file}, event ${event}`,
          message: detail,
        }));
        const failure = new CbcrError('evidence.tampered', { count: problems.length, file: first.file, detail: first.detail });
        throw Object.assign(failure, { problems });
      }
      if (!verified.trusted) cli.out.warn(`compare the fingerprint, or give --key: whoever made the pack chose the key ${verified.key}`);
      cli.out.result(verified, () => [
        `${formatCount(verified.files, 'file')} and ${formatCount(verified.events, 'event')} are as they were signed.`,
        `Signed by ${verified.key}`,
      ]);
    });
}
