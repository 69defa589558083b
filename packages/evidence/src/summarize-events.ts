import type { PackedEvent } from './events-file.ts';

/** What a report says of any number of events. */
export interface EventSummary {
  count: number;
  first: PackedEvent | null;
  last: PackedEvent | null;
  /** How many of each action. */
  actions: ReadonlyMap<string, number>;
  /** The first decisions that people want to see one by one. */
  decisions: readonly PackedEvent[];
  decisionCount: number;
}

/** More than a report shows. */
const mostDecisions = 2_000;
const ofDecisions = [
  'exception.',
  'restore.',
  'copy.deleted',
  'copy.expiring',
  'copy.became',
  'deletion.',
  'garbage.',
  'hold.',
  'lock.',
  'policy.',
  'token.',
];

/** Takes the events in their order, page by page. */
export function createEventSummary(): { add(events: readonly PackedEvent[]): void; read(): EventSummary } {
  const actions = new Map<string, number>();
  const decisions: PackedEvent[] = [];
  const seen: Pick<EventSummary, 'count' | 'first' | 'last' | 'decisionCount'> = { count: 0, first: null, last: null, decisionCount: 0 };
  return {
    add(events) {
      for (const event of events) {
        actions.set(event.action, (actions.get(event.action) ?? 0) + 1);
        if (!ofDecisions.some((begin) => event.action.startsWith(begin))) continue;
        seen.decisionCount += 1;
        if (decisions.length < mostDecisions) decisions.push(event);
      }
      seen.count += events.length;
      seen.first ??= events[0] ?? null;
      seen.last = events.at(-1) ?? seen.last;
    },
    read: () => ({ ...seen, actions, decisions }),
  };
}
