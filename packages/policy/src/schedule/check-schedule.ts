import type { Schedule } from '@cbcr/domain';
import { readSchedule } from './cron.ts';

/** What is wrong with a schedule and in which field; null when it will run. */
export function checkSchedule(schedule: Schedule): { field: keyof Schedule; text: string } | null {
  const read = readSchedule(schedule);
  return 'problem' in read ? read.problem : null;
}
