import { checkRetention, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy } from '@cbcr/policy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../file/parse-config.ts';
import { formatPath } from '../problem.ts';
import { readYaml } from './read-yaml.ts';

const faultsOf = (text: string) => readYaml(text).faults.map(({ path, position, message }) => [formatPath(path), position.line, message]);

describe('a text that would exhaust the reader is refused', () => {
  test('an alias bomb', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) =>
        `l${level}: &l${level} [${Array(9)
          .fill(level === 0 ? 'x' : `*l${level - 1}`)
          .join(', ')}]`,
    );
    expect(faultsOf(levels.join('\n')).map(([, , message]) => message)).toEqual(['aliases make this document too large']);
  });

  test('an alias of what it is part of', () => {
    expect(faultsOf('a: &x\n  b: *x\n')).toEqual([['a.b', 2, 'this alias contains itself']]);
  });

  test('deep nesting', () => {
    expect(faultsOf(`a: ${'['.repeat(100)}${']'.repeat(100)}`)[0]?.[2]).toBe('the nesting is too deep');
    expect(faultsOf('['.repeat(100_000)).length).toBeGreaterThan(0);
  });

  test('a large file', () => {
    expect(faultsOf('# '.padEnd(1024 * 1024 + 1, 'x'))).toEqual([['', 1, 'the file is larger than 1024 KiB']]);
  });
});

describe('faults of the text have their place', () => {
  test.each([
    ['a: 1\nb:\n  c: 1\n  c: 2\n', 'b.c', 4, 'c is given twice, first in line 3'],
    ['a: *nobody\n', 'a', 1, 'the anchor nobody is not defined above'],
    ['a: 1\n<<: 3\n', '<<', 2, '<< takes a map, or a list of maps'],
    ['a: !secret x\n', '', 1, 'not valid YAML: tags such as !name are not used here'],
    ['a: 1\n---\nb: 1\n', '', 2, 'not valid YAML: the file must be one document; a second one starts here'],
    ['a: b\n\tc: d\n', '', 2, 'not valid YAML: Tabs are not allowed as indentation'],
    ['__proto__: { a: 1 }\n', '__proto__', 1, 'this name cannot be used'],
  ])('%j', (text, path, line, message) => {
    expect(faultsOf(text)).toContainEqual([path, line, message]);
  });
});

test('merge keys: what the map says itself wins, then the first source; a merged entry stands where it is merged', () => {
  const text = 'x: &x { a: 1, b: 1 }\ny: &y { b: 2, c: 2 }\nz:\n  c: 3\n  <<: [*x, *y]\n';
  const document = readYaml(text);
  expect(document.value).toMatchObject({ z: { a: 1, b: 1, c: 3 } });
  expect([document.locate(['z', 'a']).line, document.locate(['z', 'c']).line]).toEqual([5, 4]);
});

test('an anchor that is given again is meant from there on', () => {
  expect(readYaml('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').value).toEqual({ a: 1, b: 1, c: 2, d: 2 });
});

const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
test(`no text makes the reader throw, and every problem has a place (seed ${seed})`, () => {
  const words = [
    'version: 1',
    'regions:',
    'a:',
    '  b:',
    '<<: *x',
    '&x',
    '*x',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '"',
    "'",
    '|',
    '>-',
    '\t',
    '\n',
    '? ',
    '!t',
    '%',
    '---',
    '#',
    '\u0000',
    '1',
    'null',
    'store: { kind: fs }',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join('')),
    fc.json().map((json) => `version: 1\nregions: ${json}\npolicies: ${json}\ninstances: ${json}`),
    fc
      .json()
      .map(
        (json) =>
          `version: 1\njurisdictions: ${json}\nlinks: ${json}\nengines: ${json}\nresidency: ${json}\nexceptions: ${json}\ncompliance: ${json}\nretention: ${json}`,
      ),
  );
  const vocabulary = {
    stores: {},
    engines: {},
    limits: z.record(z.string(), z.unknown()),
    checkSchedule: () => [],
    chooseControls,
    checkRetention,
    decisions: { findUnboundedLocks, resolvePolicy, getStorageRegions, mayUse },
    now: () => new Date('2027-01-01T00:00:00Z'),
  };
  fc.assert(
    fc.property(text, (input) => {
      const result = parseConfig(input, 'fuzz.yaml', vocabulary);
      if (result.ok) return;
      expect(result.problems.length).toBeGreaterThan(0);
      for (const { line, column, message } of result.problems) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toBe('');
      }
    }),
    { seed, numRuns: 2000 },
  );
});
