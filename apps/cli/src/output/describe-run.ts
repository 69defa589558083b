import type { RunView } from '@cbcr/client';
import { describeResult } from './describe-result.ts';
import { formatTime } from './format.ts';

export function describeRun(run: RunView): string {
  return [
    `${run.id}  ${run.kind}${run.instance === null ? '' : ` of ${run.instance}`} in ${run.region}: ${run.state}`,
    `point      ${run.point ?? '–'}`,
    `requested  ${formatTime(run.createdAt)} by ${run.requestedBy}`,
    `started    ${formatTime(run.startedAt)}   epoch ${run.epoch}, attempts ${run.attempts}`,
    `ended      ${formatTime(run.finishedAt)}`,
    ...(run.error === null ? [] : [`error      ${run.error.message} [${run.error.code}]`, `hint       ${run.error.hint}`]),
    ...(run.result === null ? [] : describeResult(run.result).map((line, index) => `${(index === 0 ? 'result' : '').padEnd(11)}${line}`)),
  ].join('\n');
}
