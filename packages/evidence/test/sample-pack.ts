import { hashAuditEvent } from '@cbcr/domain';
import { beginPack } from '../src/begin-pack.ts';
import { eventsFrame, type PackedEvent, renderEvent } from '../src/events-file.ts';
import { mapControls } from '../src/map-controls.ts';
import type { ReadPack } from '../src/read-pack.ts';
import { renderReport } from '../src/render-report.ts';
import { createKeyPair, fingerprintOf, readPrivateKey } from '../src/signing-key.ts';
import { createEventSummary } from '../src/summarize-events.ts';

export const pair = createKeyPair();
export const key = readPrivateKey(pair.privateKey);

const chainId = 'c'.repeat(64);
const moment = (minute: number) => new Date(Date.UTC(2027, 0, 1, 0, minute)).toISOString();

/** A chain of this length that begins at this id. */
export function chainOf(count: number, firstId = 1): PackedEvent[] {
  const events: PackedEvent[] = [];
  for (let n = 0; n < count; n++) {
    events.push(
      relink(events.at(-1)?.hash ?? chainId, {
        ...{ id: firstId + n, at: moment(n), actor: 'ada', action: n % 3 === 0 ? 'copy.verified' : 'hold.placed', subject: `H-${n}` },
        facts: { text: `ä <b>"${n}"</b>`, n },
      }),
    );
  }
  return events;
}

/** The event with this place in the chain, in good form. */
export function relink(prevHash: string, event: Omit<PackedEvent, 'prevHash' | 'hash'>): PackedEvent {
  const { id, at, actor, action, subject, facts } = event;
  const link = { id, actor, action, subject, facts, prevHash };
  return { ...link, at, hash: hashAuditEvent({ ...link, at: new Date(at) }) };
}

const findings = [{ framework: 'card-data', control: 'minimum-copies', severity: 'critical', instance: 'shop', evidence: '<script>' }];
const frameworks = mapControls(
  [
    {
      ...{ name: 'card-data', modelledOn: 'PCI DSS', about: 'cards', chosenFor: [] },
      controls: [{ name: 'minimum-copies', about: 'enough copies', severity: 'critical' }],
    },
  ],
  findings,
  new Map([['copy.verified', 4]]),
);

const deletion = {
  ...{ point: 'rp_1', instance: 'shop', region: 'alpha', purpose: 'retention', requestedBy: 'reconciler', requestReason: null },
  reasons: [
    { rule: 'has-expired', text: 'it has expired: 30d ended 2027-01-01' },
    { rule: 'hold', text: 'no legal hold covers it' },
  ],
  ...{ plannedAt: moment(1), versionsDeleted: 7, bytesDeleted: 900, goneAt: moment(3), keptAt: null },
};

/** A pack in memory, written page by page. */
export async function samplePack(events: readonly PackedEvent[] = chainOf(12), signer = key): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const pack = beginPack(signer, {
    append: async (name, text) => {
      files.set(name, Buffer.concat([files.get(name) ?? Buffer.from(''), Buffer.from(text, 'utf8')]));
    },
  });
  const summary = createEventSummary();
  const copies = pack.openList('copies');
  for (let begin = 0; begin < events.length; begin += 5) {
    const page = events.slice(begin, begin + 5);
    summary.add(page);
    await pack.addEvents(page);
    await copies.add(page.map(({ subject }) => ({ point: subject, text: 'two\nlines', regions: [], copies: [{ region: 'alpha' }] })));
  }
  await pack.openList('debts').end();
  await pack.addDocument('compliance', { findings });
  await pack.addDocument('frameworks', frameworks);
  await copies.end();
  const period = { from: new Date(moment(0)), to: new Date(moment(60)) };
  const madeAt = new Date(moment(90));
  const report = renderReport({
    ...{ madeAt, period, instances: null, key: fingerprintOf(signer), events: summary.read(), frameworks, findings },
    policies: [{ version: 1, appliedAt: moment(0), author: 'ada', reason: null, hash: 'f'.repeat(64), forced: false }],
    protection: [{ id: 'shop', home: 'alpha', dataClass: 'cards', protected: false, debts: 1 }],
    holds: [
      {
        ...{ id: 'H-1', title: 'Miller <v.> Shop', reason: 'a court asks', matter: '27-104', covers: 'instances shop', placedBy: 'ada' },
        ...{ placedAt: moment(1), protectsUntil: moment(9), released: { by: 'ada', at: moment(5), reason: 'settled', approvedBy: 'bob' } },
      },
    ],
    deletions: { first: [deletion], count: 3 },
    copies: [{ instance: 'shop', region: 'alpha', verified: 1, others: 0, oldestVerification: moment(3) }],
  });
  await pack.finish({ madeAt, madeBy: 'cbcr test', period, instances: null, chainId }, report);
  return files;
}

export const eventsFileOf = (events: readonly PackedEvent[]): Uint8Array =>
  Buffer.from(`${eventsFrame.begin}${events.map(renderEvent).join(eventsFrame.between)}${eventsFrame.end}`);

/** As a verifier reads it: in pieces that end anywhere. */
export const reading = (files: ReadonlyMap<string, Uint8Array>): ReadPack => ({
  names: [...files.keys()],
  async *read(name) {
    const bytes = files.get(name) ?? Buffer.from('');
    for (let begin = 0; begin < bytes.length; begin += 97) yield bytes.subarray(begin, begin + 97);
  },
});
