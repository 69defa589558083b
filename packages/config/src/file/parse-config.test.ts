import { retentionSectionSchema } from '@cbcr/domain';
import { checkRetention, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy } from '@cbcr/policy';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { formatProblems } from '../problem.ts';
import type { ConfigVocabulary } from './config.ts';
import { parseConfig } from './parse-config.ts';
import { invalidConfig } from './read-config-file.ts';

const rate = z.union([z.strictObject({ rate: z.string().endsWith('/s', 'a rate') }), z.string().endsWith('/s', 'a rate')]);

const vocabulary: ConfigVocabulary = {
  stores: {
    s3: z.strictObject({
      bucket: z.string(),
      endpoint: z.url().optional(),
      prefix: z.string().default(''),
      secretAccessKey: z.string().optional(),
    }),
    fs: z.strictObject({ path: z.string() }),
  },
  engines: { postgres: {}, files: {} },
  limits: z
    .strictObject({
      links: z.record(z.string().includes('->', 'a link such as berlin->dublin'), rate).default({}),
      regions: z.record(z.string(), z.strictObject({ egress: rate.optional() })).default({}),
    })
    .transform(({ links }) => links),
  checkSchedule: ({ cron, timeZone }) => [
    ...(timeZone === 'Mars/Olympus' ? [{ field: 'timeZone' as const, text: 'not a time zone' }] : []),
    ...(cron.split(' ').length === 5 ? [] : [{ field: 'cron' as const, text: 'five fields are needed' }]),
  ],
  chooseControls,
  checkRetention,
  decisions: { findUnboundedLocks, resolvePolicy, getStorageRegions, mayUse },
  now: () => new Date('2027-01-01T00:00:00Z'),
};

const whole = `version: 1
regions:
  berlin:
    jurisdictions: [DE, EU]
    key: eu-2027
    store: { kind: fs, path: /srv/berlin }
  dublin:
    jurisdictions: [IE, EU]
    provider: aws
    store: { kind: s3, bucket: dublin, secretAccessKey: env:DUBLIN_SECRET }
  ohio:
    jurisdictions: [US]
    store: { kind: s3, bucket: ohio }
policies:
  standard:
    placement: { copies: 2, prefer: [dublin], jurisdictions: [EU] }
    schedule: { cron: 0 3 * * *, timeZone: Europe/Berlin }
instances:
  shop:
    engine: postgres
    home: berlin
    policy: standard
    labels: { team: checkout }
    connection: env:SHOP_URL
`;

const parse = (text: string) => parseConfig(text, 'cbcr.yaml', vocabulary);
const problemsOf = (text: string) => {
  const result = parse(text);
  return result.ok ? [] : result.problems.map(({ path, line, message, hint }) => [path, line, hint ? `${message} | ${hint}` : message]);
};
/** The example with one piece of text replaced. */
const edit = (from: string, to: string) => {
  expect(whole).toContain(from);
  return problemsOf(whole.replace(from, to));
};

const plain = { status: 'active', partners: [] };

test('a whole file gives the domain its regions, policies and instances', () => {
  expect(parse(whole)).toEqual({
    ok: true,
    config: {
      regions: [
        { id: 'berlin', jurisdictions: ['DE', 'EU'], keyId: 'eu-2027', store: { kind: 'fs', path: '/srv/berlin' }, ...plain },
        {
          id: 'dublin',
          jurisdictions: ['IE', 'EU'],
          provider: 'aws',
          store: { kind: 's3', bucket: 'dublin', secretAccessKey: 'env:DUBLIN_SECRET' },
          ...plain,
        },
        { id: 'ohio', jurisdictions: ['US'], store: { kind: 's3', bucket: 'ohio' }, ...plain },
      ],
      policies: [
        {
          id: 'standard',
          placement: { copies: 2, prefer: ['dublin'], jurisdictions: ['EU'] },
          schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
        },
      ],
      instances: [
        {
          id: 'shop',
          engine: 'postgres',
          home: 'berlin',
          policy: 'standard',
          dataClass: 'default',
          labels: { team: 'checkout' },
          connection: 'env:SHOP_URL',
        },
      ],
      limits: {},
      ...{ jurisdictions: {}, links: [], engines: {}, residency: [], exceptions: [], compliance: { frameworks: [] } },
      retention: retentionSectionSchema.parse({}),
    },
    notes: [],
  });
});

test('anchors, aliases and merge keys save repetition', () => {
  const text = whole
    .replace('store: { kind: s3, bucket: ohio }', 'store: { <<: *aws, bucket: ohio }')
    .replace('store: { kind: s3, bucket: dublin,', 'store: &aws { kind: s3, bucket: dublin,');
  const result = parse(text);
  expect(result.ok && result.config.regions[2]?.store).toEqual({ kind: 's3', bucket: 'ohio', secretAccessKey: 'env:DUBLIN_SECRET' });
});

describe('a problem names its path and line', () => {
  test.each<[string, string, string, (string | number)[][]]>([
    ['an unknown key', 'provider: aws', 'provder: aws', [['regions.dublin.provder', 9, 'unknown key provder | Did you mean provider?']]],
    ['an unknown section', 'instances:', 'instance:', [['instance', 18, 'unknown section instance | Did you mean instances?']]],
    [
      'an unknown store option',
      'path: /srv/berlin',
      'path: /srv, pth: x',
      [['regions.berlin.store.pth', 6, 'unknown key pth | Did you mean path?']],
    ],
    ['a missing key', ' home: berlin\n', ' dataClass: x\n', [['instances.shop.home', 19, 'is missing']]],
    [
      'a value of a wrong type',
      'copies: 2',
      'copies: two',
      [['policies.standard.placement.copies', 16, 'expected number, received string']],
    ],
    ['an unknown store kind', 'kind: fs', 'kind: ftp', [['regions.berlin.store.kind', 6, 'unknown kind of store "ftp" | Known: s3, fs.']]],
    [
      'an unknown engine',
      'engine: postgres',
      'engine: postgre',
      [['instances.shop.engine', 20, 'unknown engine postgre | Did you mean postgres?']],
    ],
    ['an unknown home', 'home: berlin', 'home: berln', [['instances.shop.home', 21, 'unknown region berln | Did you mean berlin?']]],
    [
      'an unknown policy',
      'policy: standard',
      'policy: strict',
      [['instances.shop.policy', 22, 'unknown policy strict | Known: standard.']],
    ],
    ['a bad cron expression', '0 3 * * *', '0 3 * *', [['policies.standard.schedule.cron', 17, 'five fields are needed']]],
    ['an unknown time zone', 'Europe/Berlin', 'Mars/Olympus', [['policies.standard.schedule.timeZone', 17, 'not a time zone']]],
    [
      'a jurisdiction that no region has',
      'jurisdictions: [EU]',
      'jurisdictions: [EU, UE]',
      [['policies.standard.placement.jurisdictions[1]', 16, 'no region lies in UE | Known: DE, EU, IE, US.']],
    ],
    [
      'an unknown preference',
      '[dublin]',
      '[dubln]',
      [['policies.standard.placement.prefer[0]', 16, 'unknown region dubln | Did you mean dublin?']],
    ],
    [
      'a preference that is named twice',
      '[dublin]',
      '[dublin, dublin]',
      [['policies.standard.placement.prefer[1]', 16, 'dublin is named twice | Take one of them out of the list.']],
    ],
    [
      'a preference for the home',
      '[dublin]',
      '[berlin]',
      [
        [
          'policies.standard.placement.prefer[0]',
          16,
          'berlin is the home region of shop, which holds its primary copy already | Take it out of the list: preferences say where secondaries go.',
        ],
      ],
    ],
    [
      'a forbidden preference',
      '[dublin]',
      '[ohio]',
      [
        [
          'policies.standard.placement.prefer[0]',
          16,
          'data may not lie there: ohio lies in US; policy standard allows only EU | Take it out of the list, or allow it.',
        ],
      ],
    ],
    [
      'more copies than allowed regions',
      'copies: 2',
      'copies: 3',
      [
        [
          'policies.standard.placement.copies',
          16,
          'shop: policy standard demands 3 copies, only 2 qualify: berlin, dublin | Allow a jurisdiction of ohio; or add 1 region that may hold the data and that the constraints admit; or demand fewer copies.',
        ],
      ],
    ],
    [
      'a forbidden home',
      'home: berlin',
      'home: ohio',
      [
        [
          'instances.shop.home',
          21,
          'shop: the home region ohio of shop cannot hold its copy: ohio lies in US; policy standard allows only EU | Allow a jurisdiction of ohio, or move the instance to another home.',
        ],
      ],
    ],
    [
      'a minimum above the copies',
      'copies: 2,',
      'copies: 2, synchronousMinimum: 3,',
      [['policies.standard.placement.synchronousMinimum', 16, 'cannot be more than copies, which is 2 | Lower it, or demand more copies.']],
    ],
    [
      'a shared store',
      'bucket: ohio',
      'bucket: dublin, prefix: /',
      [['regions.ohio.store', 13, 'this is the store of dublin as well; each region needs a place of its own']],
    ],
    ['a bad name', '  shop:\n', '  Shop_1:\n', [['instances.Shop_1', 19, expect.stringContaining('not a usable name')]]],
    ['another version', 'version: 1', 'version: 2', [['version', 1, 'this version of the file is not known | Write: version: 1']]],
  ] as [string, string, string, (string | number)[][]][])('%s', (_name, from, to, expected) => {
    expect(edit(from, to)).toEqual(expected);
  });

  test('a duplicate region', () => {
    expect(problemsOf(whole.replace('  ohio:\n', '  berlin:\n'))).toEqual([
      ['regions.berlin', 11, 'berlin is given twice, first in line 3'],
    ]);
  });
});

describe('secrets in plain text', () => {
  test('are refused in connections, stores and their URLs, and never repeated', () => {
    const password = 'hunter2secret';
    const text = whole
      .replace('env:SHOP_URL', `postgres://shop:${password}@db/shop`)
      .replace('env:DUBLIN_SECRET', password)
      .replace('bucket: ohio', `bucket: ohio, endpoint: 'https://me:${password}@s3.test'`);
    expect(problemsOf(text).map(([path, line]) => [path, line])).toEqual([
      ['regions.dublin.store.secretAccessKey', 10],
      ['regions.ohio.store.endpoint', 13],
      ['instances.shop.connection', 24],
    ]);
    expect(JSON.stringify(parse(text))).not.toContain(password);
  });

  test('are not repeated from a text that is not YAML', () => {
    const result = parse(`${whole}    connection: |oops hunter2secret\n      x: "hunter2secret \\q"\n  } hunter2secret`);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('the variables of CBCR itself cannot be referenced', () => {
    expect(edit('env:SHOP_URL', 'env:CBCR_DATABASE_URL')[0]?.[0]).toBe('instances.shop.connection');
  });
});

test('all problems come at once, in the order of the file, and print with their places', () => {
  const result = parse(
    whole.replace('provider: aws', 'provder: aws').replace('cron: 0 3 * * *', 'cron: x').replace('home: berlin', 'home: berln'),
  );
  const problems = result.ok ? [] : result.problems;
  expect(formatProblems(problems)).toBe(
    [
      'cbcr.yaml:9:5  regions.dublin.provder: unknown key provder',
      '    Did you mean provider?',
      'cbcr.yaml:17:23  policies.standard.schedule.cron: five fields are needed',
      'cbcr.yaml:21:11  instances.shop.home: unknown region berln',
      '    Did you mean berlin?',
    ].join('\n'),
  );
  expect(invalidConfig('cbcr.yaml', problems)).toMatchObject({ code: 'config.invalid', message: 'cbcr.yaml has 3 problem(s).' });
});

describe('limits', () => {
  const withLimits = (limits: string) => `${whole}limits:\n${limits}`;

  test('come as the vocabulary reads them', () => {
    const result = parse(withLimits('  links: { berlin->dublin: 20MB/s, "*": 5MB/s }\n'.replace('"*"', '"*->*"')));
    expect(result.ok && result.config.limits).toEqual({ 'berlin->dublin': '20MB/s', '*->*': '5MB/s' });
  });
  test('with problems say where, and name regions that are not there', () => {
    const text = withLimits(
      [
        '  links:',
        '    berlin->dublin: fast',
        '    berlin->dubln: 1MB/s',
        '    berlin: 1MB/s',
        '  regions:',
        '    ohio: { egress: { rate: x } }',
        '    oslo: {}',
        '',
      ].join('\n'),
    );
    expect(problemsOf(text)).toEqual([
      ['limits.links.berlin->dublin', 27, 'a rate'],
      ['limits.links.berlin->dubln', 28, 'unknown region dubln | Did you mean dublin?'],
      ['limits.links.berlin', 29, 'a link such as berlin->dublin'],
      ['limits.regions.ohio.egress.rate', 31, 'a rate'],
      ['limits.regions.oslo', 32, expect.stringContaining('unknown region oslo')],
    ]);
  });
});

test('one broken region is not the cause of more problems elsewhere', () => {
  expect(edit('jurisdictions: [IE, EU]', 'jurisdictions: ireland')).toEqual([
    ['regions.dublin.jurisdictions', 8, 'expected array, received string'],
  ]);
});

test('a file without content, or of another form, says what is needed', () => {
  for (const text of ['', '- 1', 'hello', 'null']) {
    expect(problemsOf(text)).toEqual([['', 1, 'the file must have the sections version, regions, policies, instances']]);
  }
  expect(problemsOf('version: 1')).toEqual([['regions', 1, 'at least one region is needed']]);
});
