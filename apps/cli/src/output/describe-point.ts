import type { PointView } from '@cbcr/client';
import { formatBytes, formatTime } from './format.ts';
import type { Text } from './text.ts';

export function describePoint(point: PointView): Text {
  const size = `${formatBytes(point.plaintextBytes)}, stored as ${formatBytes(point.storedBytes)} in each region`;
  return [
    `${point.id}  ${point.instance} as of ${formatTime(point.capturedAt)}, ${point.state}, ${size}`,
    `available: ${point.available ? 'yes' : 'NO'}   protected: ${point.protected ? 'yes' : 'NO'}`,
    '',
    describeCopies(point),
  ];
}

export function describeCopies({ copies }: Pick<PointView, 'copies'>): Text {
  return {
    head: ['region', 'role', 'copy', 'since', 'stored', 'locked until', 'why'],
    rows: copies.map(({ region, role, state, since, storedBytes, lock, reason }) => [
      ...[region, role, state, formatTime(since), formatBytes(storedBytes), describeLock(lock), reason.text],
    ]),
  };
}

const describeLock = (lock: PointView['copies'][number]['lock']): string =>
  lock === null ? '–' : `${formatTime(lock.until)} ${lock.mode}`;
