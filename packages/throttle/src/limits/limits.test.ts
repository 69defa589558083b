import { regionIdSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { gatesOf, limitNameSchema, limitsSchema } from './limits.ts';

const region = (name: string) => regionIdSchema.parse(name);

test('the section of the file becomes limits by name', () => {
  const night = { from: '22:00', to: '06:00', days: ['sat', 'sun'], rate: 'unlimited' };
  const parsed = limitsSchema.parse({
    links: { 'berlin->dublin': '50MB/s', '*': { rate: 'paused', timeZone: 'Europe/Berlin', windows: [night] } },
    regions: { berlin: { egress: '1GB/s' }, '*': { ingress: '100MB/s' } },
    workers: { '*': '10MB/s' },
  });
  expect(parsed).toEqual({
    'link:berlin->dublin': { rate: 50e6, windows: [] },
    'link:*': { rate: 'paused', timeZone: 'Europe/Berlin', windows: [night] },
    'egress:berlin': { rate: 1e9, windows: [] },
    'ingress:*': { rate: 100e6, windows: [] },
    'worker:*': { rate: 10e6, windows: [] },
  });
});

test.each([
  [{ links: { berlin: '1MB/s' } }, 'links.berlin'],
  [{ links: { 'a->b': 'fast' } }, 'links.a->b'],
  [{ regions: { Berlin: {} } }, 'regions.Berlin'],
  [{ regions: { berlin: { outgress: '1MB/s' } } }, 'regions.berlin'],
  [{ workers: { '*': { rate: '1MB/s', windows: [{ from: '8:00', to: '18:00', rate: 'paused' }] } } }, 'workers.*'],
  [{ workers: { '*': { rate: '1MB/s', windows: [{ from: '08:00', to: '18:00', rate: 'paused' }] } } }, 'workers.*'],
  [{ workers: { '*': { rate: '1MB/s', timeZone: 'Mars/Olympus' } } }, 'workers.*'],
  [{ link: {} }, ''],
])('%j is refused at %s', (section, path) => {
  const issues = limitsSchema.safeParse(section).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join('.'))).toContainEqual(expect.stringContaining(path));
  expect(issues).not.toEqual([]);
});

test.each(['link:a->b', 'link:*', 'egress:a', 'ingress:*', 'worker:host-1.7'])('%s names a limit', (name) => {
  expect(limitNameSchema.parse(name)).toBe(name);
});
test.each(['link:a', 'link:a->', 'a->b', 'egress:A', 'region:a', 'worker:', ''])('%s names none', (name) => {
  expect(limitNameSchema.safeParse(name).success).toBe(false);
});

test('a byte keeps the limits of its link, both regions and its worker; within a region it neither leaves nor enters', () => {
  const [a, b] = [region('a'), region('b')];
  expect(gatesOf({ source: a, target: b }, 'w').map(({ name }) => name)).toEqual(['link:a->b', 'egress:a', 'ingress:b', 'worker:w']);
  expect(gatesOf({ source: a, target: a }, 'w').map(({ name }) => name)).toEqual(['link:a->a', 'worker:w']);
});
