import { checkRetention, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy } from '@cbcr/policy';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseConfig } from './parse-config.ts';

const whole = `version: 1
jurisdictions:
  EU: { contains: [DE] }
regions:
  berlin: { jurisdictions: [DE], store: { kind: fs, path: /a } }
  ohio: { jurisdictions: [US], store: { kind: fs, path: /c } }
policies:
  standard: { placement: { copies: 1 }, retention: { maximum: 5y } }
instances:
  shop: { engine: postgres, home: berlin, policy: standard, dataClass: records, connection: env:SHOP_URL }
retention:
  coolingOff: 1d
  rules:
    tiers:
      select: { jurisdictions: [EU] }
      keep: { last: 3, gfs: { daily: 7, yearly: 2, timeZone: Europe/Berlin } }
    books:
      select: { dataClasses: [records], regions: [berlin] }
      minimum: 1y
    minutes:
      select: { dataClasses: [public] }
      keep: { for: 2d }
      maximum: 30d
`;

const parse = (text: string) =>
  parseConfig(text, 'cbcr.yaml', {
    stores: { fs: z.strictObject({ path: z.string() }) },
    engines: { postgres: {} },
    limits: z.record(z.string(), z.unknown()),
    checkSchedule: () => [],
    chooseControls,
    checkRetention,
    decisions: { findUnboundedLocks, resolvePolicy, getStorageRegions, mayUse },
    now: () => new Date('2027-01-01T00:00:00Z'),
  });
const edit = (from: string, to: string) => {
  expect(whole).toContain(from);
  const result = parse(whole.replace(from, to));
  return result.ok ? [] : result.problems;
};

test('rules are read by name, and what the file does not say has its default', () => {
  const result = parse(whole);
  expect(result.ok && result.config.retention).toMatchObject({
    rules: [
      { id: 'tiers', keep: { last: 3, gfs: { daily: 7, yearly: 2 } } },
      { id: 'books', minimum: { text: '1y' } },
      { id: 'minutes', maximum: { text: '30d' } },
    ],
    coolingOff: { text: '1d' },
    grace: { text: '24h' },
    bulkShare: 0.2,
    releaseNeedsApproval: false,
    releaseGrace: { text: '72h' },
  });
  const none = parse(whole.slice(0, whole.indexOf('retention:\n')));
  expect(none.ok && none.config.retention).toMatchObject({ rules: [], coolingOff: { ms: 72 * 3_600_000 } });
});

test('a rule that nothing obeys is a note', () => {
  const result = parse(whole);
  expect(result.ok && result.notes.map(({ path, line, message }) => [path, line, message])).toEqual([
    ['retention.rules.minutes.select', 21, 'is for no instance of this file'],
  ]);
  const nowhere = parse(whole.replace('regions: [berlin]', 'regions: [berlin], jurisdictions: [US]'));
  expect(nowhere.ok && nowhere.notes.map(({ message }) => message)).toContain('is for no region of this file');
});

test.each<[string, string, string, string, number, RegExp]>([
  [
    'a minimum above the maximum of its own rule',
    'minimum: 1y',
    'minimum: 1y, maximum: 30d'.replace(', ', '\n      '),
    'retention.rules.books.minimum',
    19,
    /minimum of 1y is above the maximum of 30d/,
  ],
  [
    'a minimum above the maximum of another rule for the same copies',
    'select: { dataClasses: [public] }',
    'select: { jurisdictions: [EU] }',
    'retention.rules.books.minimum',
    19,
    /above the maximum of 30d of minutes, and both can be for a copy in berlin/,
  ],
  [
    'a minimum above the maximum of a policy of an instance',
    'minimum: 1y',
    'minimum: 7y',
    'instances.shop',
    10,
    /minimum of 7y of rule books is above the maximum of 5y of its policies/,
  ],
  ['keeping for less than the minimum', 'maximum: 30d', 'minimum: 3d', 'retention.rules.minutes.keep.for', 22, /below the minimum of 3d/],
  [
    'keeping for more than the maximum',
    'for: 2d',
    'for: 2d, window: 31d',
    'retention.rules.minutes.keep.window',
    22,
    /above the maximum of 30d/,
  ],
  ['an unknown time zone', 'Europe/Berlin', 'Europe/Bonn', 'retention.rules.tiers.keep.gfs.timeZone', 16, /is not a time zone/],
  ['an unknown region', 'regions: [berlin]', 'regions: [bonn]', 'retention.rules.books.select.regions[0]', 18, /unknown region bonn/],
  [
    'an unknown jurisdiction',
    '{ jurisdictions: [EU] }',
    '{ jurisdictions: [FR] }',
    'retention.rules.tiers.select.jurisdictions[0]',
    15,
    /in FR/,
  ],
  ['an empty keep', 'keep: { for: 2d }', 'keep: {}', 'retention.rules.minutes.keep', 22, /at least one of for, last, window, gfs/],
  ['tiers without a number', 'daily: 7, yearly: 2, ', '', 'retention.rules.tiers.keep.gfs', 16, /at least one of hourly/],
  ['a rule that says nothing', 'minimum: 1y', '', 'retention.rules.books', 18, /says nothing/],
  ['a rule with the name of the policies’ own', 'books:', 'policy:', 'retention.rules.policy', 18, /say of their own/],
  ['a key that is none', 'coolingOff: 1d', 'coolOff: 1d', 'retention.coolOff', 12, /unknown key coolOff/],
])('%s is refused with its place', (_name, from, to, path, line, message) => {
  const found = edit(from, to);
  expect(found.map((problem) => [problem.path, problem.line])).toEqual([[path, line]]);
  expect(found[0]?.message).toMatch(message);
});

test('rules that can never be for the same copy may contradict each other', () => {
  expect(edit('select: { dataClasses: [public] }', 'select: { jurisdictions: [US] }')).toEqual([]);
  expect(edit('select: { dataClasses: [public] }', 'select: { engines: [postgres], dataClasses: [public, other] }')).toEqual([]);
});
