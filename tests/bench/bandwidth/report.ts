import { formatRate } from '@cbcr/throttle';
import type { ChangeFigures } from './measure-changes.ts';
import type { CostFigures } from './measure-cost.ts';
import type { SharingFigures } from './measure-sharing.ts';

const percent = (value: number) => `${value >= 0 ? '+' : ''}${(value * 100).toFixed(2)} %`;
const crew = (workers: number) => `${String(workers).padStart(2)} ${workers === 1 ? 'process  ' : 'processes'}`;

export const describeSharing = (figures: SharingFigures): string => {
  const { workers, bytesPerSecond, worstTenSeconds, busiestSecond, busiestSecondOfStart, fairness } = figures;
  const second = `fullest second ${busiestSecond.toFixed(3)} (at the start ${busiestSecondOfStart.toFixed(3)})`;
  return `${crew(workers)} at ${formatRate(bytesPerSecond)}: worst 10 s ${percent(worstTenSeconds)}, ${second}, Jain ${fairness.toFixed(4)}`;
};

export const describeChanges = ({ workers, pauseMs, resumeMs, raiseMs, lowerMs, limitMs }: ChangeFigures): string => {
  const ms = (name: string, value: number) => `${name} ${Math.round(value)} ms`;
  const all = [ms('pause', pauseMs), ms('resume', resumeMs), ms('raise', raiseMs), ms('lower', lowerMs), ms('from unlimited', limitMs)];
  return `${crew(workers)}: ${all.join(', ')}`;
};

export const describeCost = ({ direction, bodies, withoutMs, withMs, elapsed, cpu }: CostFigures): string =>
  `no limit, ${direction} of ${bodies} bodies: ${withoutMs.toFixed(1)} ms without the throttle, ${withMs.toFixed(1)} with it: ${percent(elapsed)} time, ${percent(cpu)} CPU`;
