import type { Check } from './check.ts';

export const checkSchedules: Check = ({ sections: { policies }, vocabulary: { checkSchedule }, problems }) => {
  for (const { id, schedule } of policies.valid) {
    for (const { field, text } of schedule ? checkSchedule(schedule) : []) problems.add(['policies', id, 'schedule', field], text);
  }
};
