import { placeHoldRequestSchema } from '@cbcr/client';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeEmptyHolds, describeHold, describeHoldCheck } from '../../output/describe-holds.ts';
import { parseInput } from '../../parse-input.ts';

interface Options {
  title: string;
  reason: string;
  matter?: string;
  instance: string[];
  dataClass: string[];
  label: Record<string, string>;
  region: string[];
  point: string[];
  capturedFrom?: string;
  capturedTo?: string;
}

/** What the parts of a request are called on the command line. */
const names = {
  title: '--title',
  reason: '--reason',
  matter: '--matter',
  selector: 'what it covers',
  'selector.instances': '--instance',
  'selector.dataClasses': '--data-class',
  'selector.labels': '--label',
  'selector.regions': '--region',
  'selector.points': '--point',
  'selector.captured': 'the window of capture',
  'selector.captured.from': '--captured-from',
  'selector.captured.to': '--captured-to',
};

export function placeHold(parent: Command, cli: Cli): void {
  const list = (entry: string, entries: string[]) => [...entries, entry];
  parent
    .command('place')
    .description('place a legal hold: what all its conditions cover, now and in future, is not deleted until it is released')
    .requiredOption('--title <title>', 'what people call it')
    .requiredOption('--reason <reason>', 'why, for the audit trail')
    .option('--matter <matter>', 'the case, as those who ask for the hold call it')
    .option('--instance <instance>', 'copies of this instance; may be repeated', list, [])
    .option('--data-class <class>', 'copies of instances of this data class; may be repeated', list, [])
    .option('--label <name=value>', 'copies of instances with this label; may be repeated, and all must be there', readLabel, {})
    .option('--region <region>', 'copies in this region; may be repeated', list, [])
    .option('--point <point>', 'copies of this recovery point; may be repeated', list, [])
    .option('--captured-from <moment>', 'what was captured then or later: 2027-01-31 or 2027-01-31T12:00:00Z')
    .option('--captured-to <moment>', 'what was captured then or earlier; a day is meant with its end')
    .action(async (options: Options) => {
      const { title, reason, matter, capturedFrom: from, capturedTo: to } = options;
      const selector = {
        ...given('instances', options.instance),
        ...given('dataClasses', options.dataClass),
        ...(Object.keys(options.label).length > 0 && { labels: options.label }),
        ...given('regions', options.region),
        ...given('points', options.point),
        ...((from ?? to) !== undefined && { captured: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) } }),
      };
      const client = await cli.connect();
      const hold = await client.placeHold(parseInput(placeHoldRequestSchema, { title, reason, matter, selector }, names));
      const check = await client.checkHolds({ hold: hold.id });
      for (const line of describeEmptyHolds(check)) cli.out.warn(line);
      cli.out.result({ hold, check }, () => [describeHold(hold), describeHoldCheck(check)]);
    });
}

const given = (name: string, entries: string[]) => (entries.length > 0 ? { [name]: entries } : {});

function readLabel(text: string, labels: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...labels, [name]: value };
}
