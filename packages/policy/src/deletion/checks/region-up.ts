import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const regionUp: DeletionCheck = {
  rule: 'region-up',
  ask: ({ region, health }) =>
    health.state === 'up' ? allow(`${region} is up: ${health.reason}`) : deny(`${region} is ${health.state}: ${health.reason}`),
};
