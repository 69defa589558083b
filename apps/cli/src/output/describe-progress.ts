import type { RunView } from '@cbcr/client';
import { formatBytes, formatRate } from './format.ts';
import { renderBar } from './progress-line.ts';

/** Where a run stands, in one line. `since` is where and when the watching began: the rate is what was seen, whatever happened before. */
export function describeProgress(
  { kind, region, state, progress, error }: RunView,
  since: { ms: number; fromBytes: number },
  namesRegion: boolean,
): string {
  const what = namesRegion ? `${kind} in ${region}` : kind;
  if (state !== 'running' || progress === null) {
    const why = state === 'waiting' && error !== null ? `: ${error.message}` : '';
    return `${what} ${state}${why}`;
  }
  const { phase, doneBytes, totalBytes, regions, note } = progress;
  const parts = [
    phase === kind ? what : `${what} ${phase}`,
    renderBar(doneBytes, totalBytes),
    // A total is an estimate until the end, and a capture may be larger.
    `${formatBytes(doneBytes)}${totalBytes === null || totalBytes <= doneBytes ? '' : ` of ${formatBytes(totalBytes)}`}`,
    formatRate(doneBytes - since.fromBytes, since.ms),
    ...Object.entries(regions ?? {}).map(([region, at]) => `${region} ${at.state === 'attached' ? formatBytes(at.storedBytes) : at.state}`),
    note ?? '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}
