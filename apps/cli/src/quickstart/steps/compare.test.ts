import type { ComparisonReport } from '@cbcr/testkit';
import { expect, test } from 'vitest';
import { describeEqual } from './compare.ts';

const counts = { tables: 2, rows: 7, sequences: 1, largeObjects: 0, schemaObjects: 5 };
const report = (...differences: string[]): ComparisonReport => ({ isEqual: differences.length === 0, tables: [], counts, differences });

test('equal databases are described by what was compared', () => {
  expect(describeEqual(report())).toBe('equal: 2 tables with 7 rows, 1 sequences, 0 large objects, 5 schema objects');
});

test('databases that differ end the quickstart with the first difference and the number of the others', () => {
  const first = 'Table orders has 3 rows in the source and 2 in the target.';
  const said = (...differences: string[]) => {
    try {
      return describeEqual(report(...differences));
    } catch (error) {
      return error;
    }
  };
  expect(said(first)).toMatchObject({
    code: 'restore.differs',
    message: expect.stringContaining('3 rows in the source and 2 in the target'),
  });
  expect(said(first, 'Sequence a.', 'Sequence b.')).toMatchObject({ message: expect.stringContaining('and 2 more differences') });
});
