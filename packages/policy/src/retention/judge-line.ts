import type { Reason, RetentionRule } from '@cbcr/domain';
import type { LineCopy, Say } from './retention-kind.ts';
import { retentionKinds } from './retention-kinds.ts';

/** What one version of the rules says about one copy, holds and other versions apart. */
export interface LineVerdict {
  kept: boolean;
  reasons: Reason[];
  /** Infinity: no such moment is known. In the past when the copy is not kept. */
  untilMs: number;
  /** The first maximum that is over; null when none is. */
  exceeded: Reason | null;
}

const noRule: Reason = { rule: 'no-rule', text: 'no rule says that it may go' };

/** Judges the copies of one instance in one region, newest capture first, by the rules that are for them. */
export function openLine(rules: readonly RetentionRule[], nowMs: number): (copy: LineCopy) => LineVerdict {
  const speakers = rules.flatMap((rule) =>
    retentionKinds.flatMap(({ effect, open }) => {
      const speak = open(rule, nowMs);
      return speak === null ? [] : [{ rule: rule.id, effect, speak }];
    }),
  );
  const anyKeeps = speakers.some(({ effect }) => effect === 'keep');

  return (copy) => {
    const keeping: Reason[] = anyKeeps ? [] : [noRule];
    const lettingGo: Reason[] = [];
    let keptUntilMs = anyKeeps ? Number.NEGATIVE_INFINITY : Infinity;
    let limitMs = Infinity;
    let exceeded: Reason | null = null;
    for (const { rule, effect, speak } of speakers) {
      const say: Say =
        effect === 'maximum'
          ? (holds, untilMs, text) => {
              limitMs = Math.min(limitMs, untilMs);
              if (!holds) exceeded ??= { rule, text };
            }
          : (holds, untilMs, text) => {
              if (holds) keptUntilMs = Math.max(keptUntilMs, untilMs);
              (holds ? keeping : lettingGo).push({ rule, text });
            };
      speak(copy, say);
    }
    if (exceeded !== null) return { kept: false, reasons: [exceeded, ...lettingGo], untilMs: limitMs, exceeded };
    if (keeping.length === 0) return { kept: false, reasons: lettingGo, untilMs: nowMs, exceeded };
    return { kept: true, reasons: keeping, untilMs: Math.min(keptUntilMs, limitMs), exceeded };
  };
}
