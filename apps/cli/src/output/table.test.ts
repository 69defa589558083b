import { expect, test } from 'vitest';
import { renderTable } from './table.ts';

const head = ['region', 'why'];

test('columns line up, and no line ends in blanks', () => {
  expect(
    renderTable({
      head,
      rows: [
        ['north', 'it is home'],
        ['far-south', ''],
      ],
    }),
  ).toBe(['REGION     WHY', 'north      it is home', 'far-south'].join('\n'));
});

test('an empty table still says what it would show', () => {
  expect(renderTable({ head, rows: [] })).toBe('REGION  WHY');
});

test('without a width a row is one line, however long', () => {
  const why = 'because '.repeat(60).trim();
  expect(renderTable({ head, rows: [['north', why]] }).split('\n')).toEqual([expect.any(String), `north   ${why}`]);
});

test('with a width, the widest column is wrapped and no word is lost', () => {
  const why = 'the store of the region does not answer, and nobody knows when it will';
  const lines = renderTable({ head, rows: [['north', why]] }, 40).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  const words = lines.slice(1).flatMap((line) => line.replace('north', '').trim().split(/\s+/));
  expect(words.join(' ')).toBe(why);
});

test('columns that cannot become narrower stay readable on a terminal that is too narrow', () => {
  const lines = renderTable({ head: ['a', 'b', 'c'], rows: [['x'.repeat(14), 'y'.repeat(14), 'z'.repeat(14)]] }, 10).split('\n');
  expect(lines.at(1)).toBe(['x', 'y', 'z'].map((letter) => letter.repeat(14)).join('  '));
});

test('nothing is cut off: an id stays in one piece, and a longer word is broken', () => {
  const id = 'rp_01m83q9chjymmv0fg19d9y9hzk';
  const path = '/a/very/long/path/'.repeat(5);
  const text = renderTable({ head: ['point', 'why'], rows: [[id, `the folder ${path} is not there`]] }, 70);
  expect(text).toContain(id);
  expect(
    text
      .split('\n')
      .slice(1)
      .map((line) => line.replace(id, '').trim())
      .join(''),
  ).toContain(path);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(70);
});
