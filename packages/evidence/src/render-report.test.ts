import { expect, test } from 'vitest';
import { chainOf, relink, samplePack } from '../test/sample-pack.ts';
import { packFiles } from './pack-format.ts';

const reportOf = async (pack: ReadonlyMap<string, Uint8Array>) => Buffer.from(pack.get(packFiles.report) ?? []).toString('utf8');
const rowsOf = (page: string, heading: string): string[] => {
  const section = page.split(`<h2>${heading}</h2>`)[1]?.split('<h2>')[0] ?? '';
  return section.match(/<tr><td>.*?<\/tr>/gs)?.map((row) => row.replaceAll(/<\/?(?:td|tr|div)>/g, '|').replaceAll(/<[^>]*>/g, '')) ?? [];
};

test('an auditor reads in words who held what, what was deleted and why, and what was decided', async () => {
  const reasons = [
    { rule: 'hold', text: 'hold H-1 (Miller)', allows: false },
    { rule: 'lock-date', text: 'the store locks it until 2028-01-01', allows: false },
  ];
  const facts = { point: 'rp_1', purpose: 'manual', reasons, until: null };
  const events = chainOf(2);
  const denied = { id: 3, at: '2027-01-01T00:02:00.000Z', actor: 'ada', action: 'deletion.denied', subject: 'rp_1/alpha', facts };
  const page = await reportOf(await samplePack([...events, relink(events.at(-1)?.hash ?? '', denied)]));

  const [hold = ''] = rowsOf(page, 'Legal holds of the period');
  for (const words of ['Miller &lt;v.&gt; Shop', '27-104', 'instances shop', 'by ada, approved by bob: settled'])
    expect(hold).toContain(words);
  expect(rowsOf(page, 'Deletions of the period')).toEqual([
    expect.stringMatching(/rp_1 in alpha.*retention.*it has expired: 30d ended 2027-01-01.*by reconciler.*gone at .*7 versions, 900 bytes/),
  ]);
  expect(page).toContain('2 more in the JSON files');
  const decision = rowsOf(page, 'Decisions of the period').at(-1);
  expect(decision).toContain('|reasons hold H-1 (Miller); the store locks it until 2028-01-01|');
  expect(decision).toContain('|until –|');
  expect(decision).not.toMatch(/[{}]/);
});
