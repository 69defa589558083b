import { simulationRequestSchema } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../../cli.ts';
import { parseCount, parseInput } from '../../parse-input.ts';
import { readText } from '../config/read-text.ts';

interface Options {
  down: string[];
  remove: string[];
  move: Record<string, string>;
  limit?: number;
}

export function simulatePolicy(parent: Command, cli: Cli): void {
  const list = (region: string, regions: string[]) => [...regions, region];
  parent
    .command('simulate')
    .description('show what would be if; changes nothing, and everything that is given happens at once')
    .argument('[file]', 'a cbcr.yaml with other policies, instead of what is in force')
    .option('--down <region>', 'the region is down; may be repeated', list, [])
    .option('--remove <region>', 'cbcr.yaml no longer names the region; may be repeated', list, [])
    .option('--move <instance=region>', 'the instance moves to another home; may be repeated', readMove, {})
    .option('--limit <count>', 'show so many of the affected instances (default 200)', parseCount)
    .action(async (file: string | undefined, { down, remove, move, limit }: Options) => {
      if (file === undefined && down.length + remove.length + Object.keys(move).length === 0) {
        throw new CbcrError('usage.invalid', { cause: 'nothing is supposed: give --down, --remove, --move or a file' });
      }
      const proposed = file === undefined ? undefined : { file, text: await readText(file) };
      const request = parseInput(simulationRequestSchema, { proposed, down, removed: remove, moved: move, limit });
      const plan = await (await cli.connect()).simulatePolicy(request);
      cli.out.result(plan, () => plan.text);
    });
}

function readMove(text: string, moves: Record<string, string>): Record<string, string> {
  const [instance, region, ...rest] = text.split('=');
  if (!instance || !region || rest.length > 0) throw new InvalidArgumentError('It must be INSTANCE=REGION.');
  return { ...moves, [instance]: region };
}
