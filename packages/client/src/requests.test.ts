import { expect, test } from 'vitest';
import { issueTokenRequestSchema } from './requests.ts';

test.each(['api', 'API', 'Scheduler', 'reconciler', 'schedule', 'config'])(
  'nobody gets a token in the name of %s, which acts by itself',
  (name) => {
    expect(issueTokenRequestSchema.safeParse({ name, lifetimeSeconds: 60 }).success).toBe(false);
  },
);

test('people and services get tokens in their own names', () => {
  for (const name of ['ada', 'ada@example.org', 'night-shift', 'api-gateway'])
    expect(issueTokenRequestSchema.safeParse({ name, lifetimeSeconds: 60 }).success, name).toBe(true);
});
