import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { canonicalJson } from '../canonical-json.ts';
import { auditActions } from './audit-actions.ts';
import { hashAuditEvent, storableFacts, storableText } from './audit-event.ts';
import { renderAudit } from './render-audit.ts';

const event = {
  ...{ id: 7, at: new Date('2027-01-31T12:00:00.005Z'), actor: 'ada', action: 'limit.set', subject: 'link:*' },
  ...{ facts: { limit: { rate: 1.5, days: ['mo'] } }, prevHash: 'a'.repeat(64) },
};

test('docs/audit.md is what the list of actions says; `pnpm --filter @cbcr/domain generate` writes it', () => {
  expect(readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8')).toBe(renderAudit());
});

test('every action is a noun and a verb', () => {
  for (const name of Object.keys(auditActions)) expect(name).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
});

test('the hash of an event is fixed, because chains and evidence packs carry it', () => {
  expect(hashAuditEvent(event)).toBe('38ded56c0879a722e6ea65cb1d5b8ec66965f1ee4784890811f3d8f20e2c871f');
});

test.each([
  { id: 8 },
  { at: new Date('2027-01-31T12:00:00.006Z') },
  { actor: 'bob' },
  { action: 'limit.reset' },
  { subject: 'link:a' },
  { facts: { limit: { rate: 1.5, days: ['tu'] } } },
  { prevHash: 'b'.repeat(64) },
])('every part of an event is part of its hash: %o', (change) => {
  expect(hashAuditEvent({ ...event, ...change })).not.toBe(hashAuditEvent(event));
});

test('facts are what Postgres can give back: no NUL, no half of a surrogate pair, moments as text', () => {
  const facts = { at: event.at, gone: undefined, text: 'a\0b\ud800', list: ['\0'] };
  expect(storableFacts(facts)).toEqual({ at: '2027-01-31T12:00:00.005Z', text: 'a\ufffdb\ufffd', list: ['\ufffd'] });
  expect(storableText('ä𝄞')).toBe('ä𝄞');
});

test('canonical JSON is one text for one value', () => {
  expect(canonicalJson({ b: [1, 1.5, -0, 1e21], a: { ü: null, z: 'x"\n', 10: true, 9: false }, gone: undefined })).toBe(
    '{"a":{"10":true,"9":false,"z":"x\\"\\n","ü":null},"b":[1,1.5,0,1e+21]}',
  );
  expect(() => canonicalJson(Number.NaN)).toThrow(RangeError);
});
