import { expect, test } from 'vitest';
import { arrayLiteral } from './array-literal.ts';

test('quotes, backslashes, commas, braces and the word null are text like any other', () => {
  expect(arrayLiteral(['a"b', 'c\\d', 'e,f', '{g}', 'null', null, 7, ''])).toBe('{"a\\"b","c\\\\d","e,f","{g}","null",null,"7",""}');
});
