import type { Check } from './check.ts';

export const checkSchedules: Check = ({ policies }, { checkSchedule }, problems) => {
  for (const { id, schedule } of policies.valid) {
    const fault = schedule && checkSchedule(schedule);
    if (fault) problems.add(['policies', id, 'schedule', fault.field], fault.text);
  }
};
