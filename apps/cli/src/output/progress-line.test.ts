import { expect, test } from 'vitest';
import { renderBar, startProgressLine } from './progress-line.ts';

function screen(isTTY: boolean, columns = 80) {
  let written = '';
  let nowMs = 0;
  const write = (text: string) => {
    written += text;
  };
  return {
    line: startProgressLine({ isTTY, columns, write }, () => nowMs),
    pass: (ms: number) => {
      nowMs += ms;
    },
    written: () => written,
  };
}

test('on a terminal one line is redrawn, and the last state stays', () => {
  const { line, written } = screen(true);
  line.update('10 %');
  line.update('20 %');
  line.end();
  expect(written()).toBe('\r\u001b[2K10 %\r\u001b[2K20 %\n');
});

test('a line never wraps on a terminal: what wrapped could not be redrawn', () => {
  const { line, written } = screen(true, 10);
  line.update('0123456789ABC');
  expect(written()).toBe('\r\u001b[2K012345678');
});

test('elsewhere only changes are written, at most one a second, and always the last', () => {
  const { line, pass, written } = screen(false);
  line.update('a');
  pass(500);
  line.update('b');
  pass(499);
  line.update('c');
  pass(1);
  line.update('d');
  pass(5_000);
  line.update('d');
  line.update('e');
  pass(1);
  line.update('f');
  line.end();
  expect(written()).toBe('a\nd\ne\nf\n');
});

test('an end without any state writes nothing', () => {
  const { line, written } = screen(true);
  line.end();
  expect(written()).toBe('');
});

test('a bar shows a share, never more than all, and nothing when the total is not known', () => {
  expect(renderBar(1, 4, 8)).toBe('[##------]  25 %');
  expect(renderBar(9, 4, 8)).toBe('[########] 100 %');
  expect(renderBar(1, null)).toBe('');
});
