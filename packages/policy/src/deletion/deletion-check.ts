import type { DeletionFacts } from './deletion-facts.ts';

export interface CheckAnswer {
  allows: boolean;
  /** A sentence for people: why, either way. */
  text: string;
}

/**
 * One question of the deletion gate. A deletion happens only when every check allows it; each says why, either way. A check never looks at another.
 */
export interface DeletionCheck {
  readonly rule: string;
  ask(facts: DeletionFacts): CheckAnswer;
}

export const allow = (text: string): CheckAnswer => ({ allows: true, text });
export const deny = (text: string): CheckAnswer => ({ allows: false, text });
