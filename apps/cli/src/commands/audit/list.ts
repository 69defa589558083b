import { auditActions, CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';
import { sayIfCut } from '../../output/say-if-cut.ts';
import { parseCount, parseMoment } from '../../parse-input.ts';

interface Filter {
  subject?: string;
  action?: string;
  actor?: string;
  since?: string;
  until?: string;
  limit?: number;
}

export function listAudit(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('show who decided what, newest first; docs/audit.md names every action')
    .option('--subject <id>', 'only of this instance, point, run, hold …; a copy is POINT/REGION')
    .option('--action <action>', 'only of this action, such as copy.verified')
    .option('--actor <name>', 'only by this user, or run:ID')
    .option('--since <moment>', 'from this moment on, such as 2027-01-31 or 2027-01-31T12:00:00Z', parseMoment)
    .option('--until <moment>', 'up to this moment, without it', parseMoment)
    .option('--limit <count>', 'show so many events (default 100, at most 1000)', parseCount)
    .action(async (filter: Filter) => {
      const events = await (await cli.connect()).listAuditEvents(filter);
      // What earlier versions wrote is listed under the names of then.
      if (events.length === 0 && filter.action !== undefined && !Object.hasOwn(auditActions, filter.action)) {
        const known = Object.keys(auditActions).toSorted().join(', ');
        throw new CbcrError('usage.unknown-value', { what: 'action', value: filter.action, known });
      }
      cli.out.result(events, () => ({
        none: 'no event of the audit trail matches',
        head: ['event', 'at', 'by', 'action', 'subject', 'facts'],
        rows: events.map(({ id, at, actor, action, subject, facts }) => [
          ...[String(id), formatTime(at), actor, action, subject],
          shorten(Object.keys(facts).length === 0 ? '' : JSON.stringify(facts)),
        ]),
      }));
      sayIfCut(cli.out, events.length, filter.limit ?? 100);
    });
}

const longest = 120;
const shorten = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest)}…`);
