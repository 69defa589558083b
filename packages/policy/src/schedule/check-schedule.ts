import type { Schedule } from '@cbcr/domain';
import { readSchedule, type ScheduleFault } from './cron.ts';

/** Everything that is wrong with a schedule; empty when it will run. */
export function checkSchedule(schedule: Schedule): ScheduleFault[] {
  const read = readSchedule(schedule);
  return 'faults' in read ? read.faults : [];
}
