import { resolve } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { collectEvidence } from '../../evidence/collect-evidence.ts';
import { requireFreeFolder, writePackFolder } from '../../evidence/pack-folder.ts';
import { formatCount, formatTime } from '../../output/format.ts';
import { parseMoment } from '../../parse-input.ts';
import { cbcrVersion } from '../../version.ts';

interface Options {
  from: string;
  to: string;
  instance?: string[];
  key?: string;
  out: string;
}

export function exportEvidence(parent: Command, cli: Cli): void {
  parent
    .command('export')
    .description('write a signed pack of what happened in a period: events, rules, copies, findings, a report')
    .requiredOption('--from <moment>', 'from this moment on, such as 2027-01-01 or 2027-01-01T12:00:00Z', parseMoment)
    .requiredOption('--to <moment>', 'up to this moment, without it', parseMoment)
    .option('--instance <instance...>', 'copies and findings of these instances alone; the chain of events is always whole')
    .option('--key <reference>', 'the private key, as env:NAME or file:PATH (default: CBCR_EVIDENCE_KEY)')
    .requiredOption('--out <folder>', 'a folder that does not exist yet')
    .action(async ({ from, to, instance, key, out }: Options) => {
      const period = { from: new Date(from), to: new Date(to) };
      if (period.from >= period.to) throw new CbcrError('usage.invalid', { cause: '--from must be before --to' });
      const { beginPack, fingerprintOf, readPrivateKey, renderReport } = await import('@cbcr/evidence');
      const signer = readPrivateKey(await readKey(cli, key));
      const folder = resolve(cli.currentFolder, out);
      await requireFreeFolder(folder);

      const instances = instance ?? null;
      const madeAt = cli.clock.now();
      if (period.to > madeAt)
        cli.out.warn(
          `--to (${formatTime(to)}) is in the future: what happens after ${formatTime(madeAt.toISOString())} is not in the pack`,
        );
      const fingerprint = fingerprintOf(signer);
      const client = await cli.connect();
      const result = await writePackFolder(folder, async (sink) => {
        const pack = beginPack(signer, sink);
        const { chainId, ...collected } = await collectEvidence(client, pack, { period, instances }, (what) =>
          cli.out.say(`reading ${what}`),
        );
        const report = renderReport({ ...collected, madeAt, period, instances, key: fingerprint });
        const files = await pack.finish({ madeAt, madeBy: `cbcr ${cbcrVersion}`, period, instances, chainId }, report);
        return { folder, files, events: collected.events.count, key: fingerprint };
      });
      cli.out.result(result, () => [
        `${formatCount(result.files.length, 'file')} with ${formatCount(result.events, 'event')} in ${folder}.`,
        `Signed by ${fingerprint}`,
        `Read ${out}/report.html; verify with: cbcr evidence verify ${out} --key PUBLIC-KEY`,
      ]);
    });
}

async function readKey(cli: Cli, reference: string | undefined): Promise<string> {
  const { evidenceKey } = cli.environment();
  if (reference !== undefined) {
    const path = /^file:(.+)$/s.exec(reference)?.[1];
    return cli.parts.resolveSecret(path === undefined ? reference : `file:${resolve(cli.currentFolder, path)}`);
  }
  if (evidenceKey === undefined) throw new CbcrError('usage.invalid', { cause: 'name the key with --key or CBCR_EVIDENCE_KEY' });
  return evidenceKey;
}
