import type { AppliedConfig } from '@cbcr/client';
import { formatConfigCounts } from './format.ts';
import type { Text } from './text.ts';

/** Which rules are in force now. A reason belongs to a version: where none is made, none is kept. */
export function describeApplied(applied: AppliedConfig, reason?: string): Text {
  const { version, changed, retired } = applied;
  const left = retired.length === 0 ? [] : [`nothing new is captured of what the file does not name any more: ${retired.join(', ')}`];
  if (changed) return [`version ${version}: ${formatConfigCounts(applied)}`, ...left];
  return [
    `nothing changes in the rules, still version ${version}: ${formatConfigCounts(applied)}`,
    ...left,
    ...(reason === undefined ? [] : ['the reason is not kept: it would belong to a new version']),
  ];
}
