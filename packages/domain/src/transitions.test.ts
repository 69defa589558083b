import { expect, test } from 'vitest';
import { canTransition, copyTransitions, finalRunStates, runTransitions, transitionTables } from './transitions.ts';

test('every state that a table leads to is a state of that table', () => {
  for (const table of Object.values(transitionTables)) {
    for (const targets of Object.values(table)) {
      for (const target of targets) expect(Object.keys(table)).toContain(target);
    }
  }
});

test('a run that has ended never changes again', () => {
  for (const state of finalRunStates) expect(runTransitions[state]).toEqual([]);
});

test('a copy counts as verified only straight after it was stored', () => {
  const sources = Object.entries(copyTransitions).flatMap(([from, targets]) =>
    (targets as readonly string[]).includes('verified') ? [from] : [],
  );
  expect(sources).toEqual(['stored']);
});

test('a deleted copy never comes back under the same row', () => {
  expect(canTransition(copyTransitions, 'deleted', 'planned')).toBe(false);
  expect(canTransition(copyTransitions, 'expiring', 'deleted')).toBe(true);
});
