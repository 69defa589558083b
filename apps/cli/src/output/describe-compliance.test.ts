import type { ComplianceView, FrameworkView } from '@cbcr/client';
import { expect, test } from 'vitest';
import { describeCompliance, describeFrameworks } from './describe-compliance.ts';
import { renderText } from './text.ts';

const view: ComplianceView = {
  checkedAt: '2027-06-01T12:00:00.000Z',
  instances: { held: 3, exempt: 2 },
  counts: { critical: 1, major: 0, minor: 0, unproven: 4 },
  findings: [
    {
      ...{ framework: 'card-data', control: 'minimum-copies', severity: 'critical', instance: 'checkout', region: null },
      ...{ points: 2, pointIds: [], since: '2027-05-01T00:00:00.000Z' },
      ...{ evidence: '2 points with 1 of 2 verified copies', mend: 'see the debts' },
    },
  ],
  left: 4,
};

test('findings show evidence and mending, and nothing unproven or left out is silent', () => {
  const text = renderText(describeCompliance(view));
  expect(text).toContain('2 points with 1 of 2 verified copies');
  expect(text).toContain('see the debts');
  expect(text).toContain('and 4 more');
  expect(text).toContain('3 instances checked at 2027-06-01 12:00:00Z; no framework is chosen for 2 more');
  expect(text).toContain('1 critical, 0 major, 0 minor, 4 unproven');
});

test('frameworks are called templates before anything else is said of them', () => {
  const framework: FrameworkView = {
    ...{ name: 'card-data', modelledOn: 'PCI DSS', about: 'cards', chosenFor: null },
    controls: [{ name: 'rpo-age', about: 'not too old', severity: 'critical', settings: { within: '24h' } }],
  };
  const [first, ...rest] = renderText(describeFrameworks([framework])).split('\n');
  expect(first).toContain('no legal advice');
  expect(rest.join('\n')).toContain('modelled on PCI DSS; not chosen');
  expect(rest.join('\n')).toContain('within 24h');
});
