import { hashAuditEvent } from '@cbcr/domain';
import { createPack } from '../src/create-pack.ts';
import type { PackedEvent } from '../src/events-file.ts';
import { mapControls } from '../src/map-controls.ts';
import { renderReport } from '../src/render-report.ts';
import { createKeyPair, fingerprintOf, readPrivateKey } from '../src/signing-key.ts';

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
  chainOf(12),
);

export const contentOf = (events: readonly PackedEvent[]) => {
  const period = { from: new Date(moment(0)), to: new Date(moment(60)) };
  const madeAt = new Date(moment(90));
  const report = renderReport({
    ...{ madeAt, period, instances: null, key: fingerprintOf(key), events, frameworks, findings },
    policies: [{ version: 1, appliedAt: moment(0), author: 'ada', reason: null, hash: 'f'.repeat(64), forced: false }],
    protection: [{ id: 'shop', home: 'alpha', dataClass: 'cards', protected: false, debts: 1 }],
    copies: [{ instance: 'shop', region: 'alpha', verified: 1, others: 0, oldestVerification: moment(3) }],
  });
  return {
    ...{ madeAt, madeBy: 'cbcr test', period, instances: null, chainId, events, report },
    documents: { compliance: { findings }, copies: [], frameworks },
  };
};

export const samplePack = (events = chainOf(12)) => new Map(createPack(contentOf(events), key));
