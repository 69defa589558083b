import { checkRetention, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy } from '@cbcr/policy';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { ConfigVocabulary } from './config.ts';
import { parseConfig } from './parse-config.ts';

const vocabulary: ConfigVocabulary = {
  stores: { fs: z.strictObject({ path: z.string() }) },
  engines: { postgres: {} },
  limits: z.record(z.string(), z.unknown()),
  checkSchedule: () => [],
  chooseControls,
  checkRetention,
  decisions: { findUnboundedLocks, resolvePolicy, getStorageRegions, mayUse },
  now: () => new Date('2027-01-01T00:00:00Z'),
};

const whole = `version: 1
jurisdictions:
  EU: { contains: [DE, IE] }
regions:
  berlin: { jurisdictions: [DE], key: k1, coordinates: { latitude: 52.5, longitude: 13.4 }, store: { kind: fs, path: /a } }
  dublin: { jurisdictions: [IE], key: k2, coordinates: { latitude: 53.3, longitude: -6.2 }, store: { kind: fs, path: /b } }
  ohio: { jurisdictions: [US], key: k3, coordinates: { latitude: 40, longitude: -83 }, store: { kind: fs, path: /c } }
links:
  berlin->dublin: { pricePerGiB: 0.02 }
engines:
  postgres: { prefer: [dublin] }
policies:
  everything: { select: { names: ['*'] }, placement: { copies: 2, jurisdictions: [EU] }, retention: { minimum: 30d } }
  shops: { select: { names: [shop-*] }, rpo: 24h, retention: { maximum: 1y } }
residency:
  personal: { dataClasses: [personal], data: { allow: [EU] } }
exceptions:
  audit:
    { instances: [shop-1], regions: [ohio], purposes: [restore], reason: an audit, grantedBy: dpo, expires: 2027-06-30 }
instances:
  shop-1: { engine: postgres, home: berlin, dataClass: personal, connection: env:SHOP_URL }
`;

const parse = (text: string) => parseConfig(text, 'cbcr.yaml', vocabulary);
const problemsOf = (text: string) => {
  const result = parse(text);
  return result.ok ? [] : result.problems.map(({ path, line, message, hint }) => ({ path, line, message, hint }));
};
/** The example with pieces of text replaced: from, to, from, to. */
const edit = (...changes: string[]) => {
  let text = whole;
  for (let at = 0; at + 1 < changes.length; at += 2) {
    expect(text).toContain(changes[at]);
    text = text.replace(changes[at] ?? '', changes[at + 1] ?? '');
  }
  return problemsOf(text);
};

test('the example is valid, and gives a rulebook', () => {
  const result = parse(whole);
  expect(result).toMatchObject({ ok: true, notes: [] });
  expect(result.ok && result.config.exceptions[0]?.expires).toEqual(new Date('2027-06-30T00:00:00Z'));
  expect(result.ok && result.config.links).toEqual([{ from: 'berlin', to: 'dublin', pricePerGiB: 0.02 }]);
});

test.each<[string, string[], string, number, RegExp]>([
  [
    'a minimum retention above the maximum',
    ['minimum: 30d', 'minimum: 2y, maximum: 1y'],
    'policies.everything.retention.minimum',
    13,
    /minimum retention of 2y is above the maximum of 1y/,
  ],
  [
    'a minimum above the maximum of another policy of the instance',
    ['minimum: 30d', 'minimum: 2y'],
    'instances.shop-1',
    21,
    /of its policies .* together, the minimum retention of 2y/,
  ],
  [
    'more copies than legal regions',
    ['copies: 2', 'copies: 3'],
    'policies.everything.placement.copies',
    13,
    /demands 3 copies, only 2 qualify: berlin, dublin/,
  ],
  [
    'a distance that nothing satisfies',
    ['copies: 2', 'copies: 2, constraints: { minimumDistanceKm: 15000 }'],
    'policies.everything.placement.copies',
    13,
    /only 1 qualif/,
  ],
  [
    'a key region outside its residency',
    ['data: { allow: [EU] }', 'data: { allow: [EU] }, keys: { allow: [DE] }'],
    'regions.dublin.key',
    6,
    /protects data of shop-1, and may not/,
  ],
  [
    'jurisdictions that contain each other',
    ['EU: { contains: [DE, IE] }', 'EU: { contains: [DE, IE] }\n  DE: { contains: [EU] }'],
    'jurisdictions.EU.contains[0]',
    3,
    /EU contains itself: EU contains DE contains EU/,
  ],
  [
    'an unknown place in a residency policy',
    ['data: { allow: [EU] }', 'data: { allow: [EU, UE] }'],
    'residency.personal.data.allow[1]',
    16,
    /no region lies in UE/,
  ],
  [
    'a class that may be restored nowhere',
    ['data: { allow: [EU] }', 'data: { allow: [EU] }, restore: { allow: [EU], forbid: [DE, IE] }'],
    'residency.personal.restore',
    16,
    /it leaves no region for restores of personal/,
  ],
  [
    'residency policies that leave no region together',
    ['data: { allow: [EU] } }', 'data: { allow: [EU] } }\n  abroad: { dataClasses: [health, personal], data: { allow: [US] } }'],
    'residency.abroad.data',
    17,
    /personal and abroad together leaves no region for copies of personal/,
  ],
  [
    'a key of a policy that is outside its residency, where another policy comes first',
    [
      'data: { allow: [EU] }',
      'data: { allow: [EU] }, keys: { allow: [DE] }',
      'retention: { minimum: 30d }',
      'retention: { minimum: 30d }, encryption: { required: true, keys: { dublin: k9 } }',
    ],
    'policies.everything.encryption.keys.dublin',
    13,
    /protects data of shop-1, and may not/,
  ],
  [
    'an encryption that is required and that no key serves, where another policy comes first',
    ['key: k1, ', '', 'key: k2, ', '', 'retention: { minimum: 30d }', 'encryption: { required: true }'],
    'policies.everything.encryption.required',
    13,
    /shop-1 must be encrypted, and no region of its placement names a key/,
  ],
  [
    'a synchronous minimum above the copies',
    ['copies: 2', 'copies: 2, synchronousMinimum: 3'],
    'policies.everything.placement.synchronousMinimum',
    13,
    /cannot be more than copies, which is 2/,
  ],
  ['an unknown region in an exception', ['regions: [ohio]', 'regions: [oslo]'], 'exceptions.audit.regions[0]', 19, /unknown region oslo/],
  ['an exception that is over', ['2027-06-30', '2026-06-30'], 'exceptions.audit.expires', 19, /expired at 2026-06-30/],
  [
    'an instance that no policy covers',
    ["names: ['*']", "names: ['other-*']", 'shop-*', 'till-*'],
    'instances.shop-1',
    21,
    /no policy applies to it/,
  ],
  [
    'a framework that is none',
    ['instances:\n  shop-1', 'compliance: { frameworks: [{ name: gdpr }] }\ninstances:\n  shop-1'],
    'compliance.frameworks[0].name',
    20,
    /gdpr is not a template/,
  ],
  [
    'a lock that nothing gives a length',
    ['retention: { minimum: 30d }', 'lock: { mode: compliance }'],
    'policies.everything.lock',
    13,
    /shop-1: nothing says how long its copies in berlin, dublin are locked/,
  ],
  [
    'a lock whose length only another region has',
    [
      'retention: { minimum: 30d }',
      'lock: { mode: compliance }',
      'instances:\n  shop-1',
      'retention: { rules: { old: { select: { regions: [berlin] }, keep: { for: 90d } } } }\ninstances:\n  shop-1',
    ],
    'policies.everything.lock',
    13,
    /copies in dublin are locked/,
  ],
  [
    'a lock for as many points as are kept by number',
    [
      'retention: { minimum: 30d }',
      'lock: { mode: compliance }',
      'instances:\n  shop-1',
      'retention: { rules: { few: { keep: { last: 3 } } } }\ninstances:\n  shop-1',
    ],
    'policies.everything.lock',
    13,
    /copies in berlin, dublin are locked/,
  ],
  [
    'a lock that outlasts a maximum in one region',
    ['retention: { maximum: 1y }', 'retention: { maximum: 1y }, lock: { mode: governance, for: 90d, regions: { dublin: { for: 2y } } }'],
    'policies.shops.lock.regions.dublin.for',
    14,
    /the lock of 2y in dublin outlasts the maximum retention of 1y/,
  ],
  [
    'a lock that outlasts the maximum of a rule for the region',
    [
      'retention: { minimum: 30d }',
      'retention: { minimum: 30d }, lock: { mode: governance, for: 40d, regions: { dublin: { for: 90d } } }',
      'instances:\n  shop-1',
      'retention: { rules: { old: { select: { regions: [dublin] }, maximum: 60d } } }\ninstances:\n  shop-1',
    ],
    'instances.shop-1',
    22,
    /the lock of 90d in dublin of its policies is above the maximum of 60d of rule old/,
  ],
  [
    'a lock for a region that is none',
    ['retention: { minimum: 30d }', 'lock: { mode: compliance, for: 30d, regions: { oslo: { for: 1y } } }'],
    'policies.everything.lock.regions.oslo',
    13,
    /unknown region oslo/,
  ],
  [
    'a lock that locks nowhere',
    ['retention: { minimum: 30d }', 'lock: { for: 30d }'],
    'policies.everything.lock',
    13,
    /it locks nowhere: mode is needed/,
  ],
  ['a link that is none', ['berlin->dublin', 'berlin'], 'links.berlin', 9, /not a link/],
  ['a setting that nothing goes by', ['rpo: 24h', 'urgency: high'], 'policies.shops.urgency', 14, /unknown key urgency/],
])('%s is refused with its place and a way out', (_name, changes, path, line, message) => {
  const found = edit(...changes);
  const problem = found.find((candidate) => candidate.path === path);
  expect(found.map((candidate) => candidate.path)).toContain(path);
  expect(problem?.line).toBe(line);
  expect(problem?.message).toMatch(message);
});

test('contradictions come all at once, each with a way out', () => {
  const found = edit(
    'minimum: 30d',
    'minimum: 2y, maximum: 1y',
    '2027-06-30',
    '2026-06-30',
    'copies: 2',
    'copies: 9',
    '[DE, IE]',
    '[DE, IE, EU]',
  );
  expect(found.map(({ path }) => path)).toEqual([
    'jurisdictions.EU.contains[2]',
    'policies.everything.placement.copies',
    'policies.everything.retention.minimum',
    'exceptions.audit.expires',
  ]);
  for (const { hint } of found) expect(hint).toMatch(/\.$/);
});

test('each reason why a demand cannot be met is told, once for all instances that share it, and none hides another', () => {
  const others = `  shop-2: { engine: postgres, home: berlin, dataClass: personal, connection: env:SHOP_URL }
  till-1: { engine: postgres, home: ohio, connection: env:SHOP_URL }
`;
  const found = problemsOf(`${whole.replace('copies: 2, jurisdictions: [EU]', 'copies: 4')}${others}`);
  expect(found.map(({ path, message }) => [path, message])).toEqual([
    ['policies.everything.placement.copies', 'shop-1 and 1 more: policy everything demands 4 copies, only 2 qualify: berlin, dublin'],
    ['policies.everything.placement.copies', 'till-1: policy everything demands 4 copies, only 3 qualify: berlin, dublin, ohio'],
  ]);
  expect(found[0]?.hint).toContain('Let residency allow ohio for personal');
  expect(found[1]?.hint).toMatch(/^Add 1 region/);
});

test('a home where the data may not be is told with its reason, and the way out is the hint', () => {
  const found = problemsOf(
    whole.replace('home: berlin', 'home: ohio').replace('jurisdictions: [EU] }, retention', 'spares: 0 }, retention'),
  );
  expect(found).toMatchObject([
    {
      path: 'instances.shop-1.home',
      message: expect.stringMatching(/cannot hold its copy: .*residency policy personal allows copies of personal only in EU$/),
      hint: expect.stringMatching(/^Let residency allow ohio for personal, .*or move the instance to another home\.$/),
    },
  ]);
});

test('a selector that matches nothing is a note, not a problem', () => {
  const result = parse(whole.replace('shop-*', 'till-*'));
  expect(result.ok && result.notes.map(({ path, line }) => [path, line])).toEqual([['policies.shops.select', 14]]);
});

test('a data class that is misspelt, at an instance or in the rules, is a note that says what was probably meant', () => {
  const notesOf = (text: string) => {
    const result = parse(text);
    return result.ok ? result.notes.map(({ path, hint }) => [path, hint]) : result.problems.map(({ path, message }) => [path, message]);
  };
  expect(notesOf(whole.replace('dataClass: personal', 'dataClass: personel'))).toEqual([
    ['residency.personal.dataClasses[0]', 'Did you mean personel?'],
    ['instances.shop-1.dataClass', 'Did you mean personal?'],
  ]);
  expect(notesOf(whole.replace('dataClasses: [personal]', 'dataClasses: [personal, health]'))).toEqual([
    ['residency.personal.dataClasses[1]', expect.stringContaining('registered by command')],
  ]);
  // A file without instances leaves them to commands.
  const [above = ''] = whole.split('instances:\n');
  const noted = notesOf(above).map(([path]) => path);
  expect(noted).not.toContain('residency.personal.dataClasses[0]');
});

test('a key that a region holds as well in which keys may not be is a note, whoever names it', () => {
  const notesOf = (text: string) => {
    const result = parse(text);
    return result.ok ? result.notes.map(({ path, message }) => [path, message]) : result.problems;
  };
  const says = 'protects data of shop-1, and is the key of ohio as well, where keys of personal may not be';
  expect(notesOf(whole.replace('key: k2', 'key: k3'))).toEqual([['regions.dublin.key', says]]);
  const named = whole.replace('retention: { minimum: 30d }', 'encryption: { keys: { dublin: k3 } }');
  expect(notesOf(named)).toEqual([['policies.everything.encryption.keys.dublin', says]]);
});

test('a region that is draining or disabled for a while may stay among the preferred ones', () => {
  for (const status of ['draining', 'disabled']) {
    const resting = { before: 'ohio: { jurisdictions: [US]', after: `ohio: { status: ${status}, jurisdictions: [US]` };
    const text = whole
      .replace(resting.before, resting.after)
      .replace('policies:\n', 'policies:\n  away: { placement: { prefer: [ohio] } }\n');
    expect(problemsOf(text)).toEqual([]);
  }
});

test('a lock has the length that it says itself, or that the rules for each region of its copies say, or another policy', () => {
  const rules = (body: string) => `retention: { rules: { old: ${body} } }\ninstances:\n  shop-1`;
  for (const [lock, rule] of [
    ['lock: { mode: compliance, for: 90d }', '{ keep: { last: 3 } }'],
    ['lock: { mode: compliance }', '{ keep: { for: 90d } }'],
    ['lock: { mode: compliance }', '{ keep: { window: 90d } }'],
    ['lock: { mode: compliance }', '{ minimum: 90d }'],
    ['lock: { mode: compliance }, retention: { keepFor: 90d }', '{ keep: { last: 3 } }'],
    ['lock: { regions: { berlin: { mode: compliance } } }', '{ select: { regions: [berlin] }, minimum: 90d }'],
  ] as const) {
    expect(edit('retention: { minimum: 30d }', lock, 'instances:\n  shop-1', rules(rule))).toEqual([]);
  }
});

test('a policy that no instance of the file has may have its length from others that the file cannot know, and not from nothing', () => {
  const unused = '  vault: { lock: { mode: compliance } }\nresidency:';
  expect(edit('residency:', unused)).toEqual([]);
  const found = edit('residency:', unused, 'retention: { minimum: 30d }', 'rpo: 2d');
  expect(found).toMatchObject([
    { path: 'policies.vault.lock', line: 15, message: expect.stringMatching(/nothing in this file says how long/) },
  ]);
});

test('a demand for what stores can do is refused where a worker found that they cannot, by name, and accepted where nobody has tried', () => {
  const findCapabilities: ConfigVocabulary['findCapabilities'] = ({ id }) =>
    id === 'dublin'
      ? { objectLock: false, versioning: true, serverSideCopy: false, location: null, probedAt: new Date('2026-12-31T00:00:00Z') }
      : undefined;
  const demanding = (demand: string) => whole.replace('retention: { minimum: 30d }', `retention: { minimum: 30d }, ${demand}`);
  const locking = demanding('lock: { mode: compliance }');
  expect(problemsOf(locking)).toEqual([]);
  const named = whole.replace('copies: 2', 'copies: 2, constraints: { capabilities: [objectLock] }');
  expect(problemsOf(named)).toEqual([]);
  for (const text of [locking, named]) {
    const result = parseConfig(text, 'cbcr.yaml', { ...vocabulary, findCapabilities });
    expect(!result.ok && result.problems).toMatchObject([
      {
        path: 'policies.everything.placement.copies',
        message: expect.stringMatching(/shop-1: .*demands 2 copies, only 1 qualify: berlin/),
        hint: expect.stringMatching(/Give dublin a store with objectLock/),
      },
    ]);
  }
  const versions = named.replace('[objectLock]', '[versioning]');
  expect(parseConfig(versions, 'cbcr.yaml', { ...vocabulary, findCapabilities }).ok).toBe(true);
});
