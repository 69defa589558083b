import { appendFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashAuditEvent } from '@cbcr/domain';
import { controlEvidence } from '@cbcr/evidence';
import { complianceControls } from '@cbcr/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeScheduler } from '../../../test/fake-scheduler.ts';
import { runCommand } from '../../../test/run-command.ts';

let currentFolder: string;
beforeAll(async () => {
  currentFolder = await mkdtemp(join(tmpdir(), 'cbcr-evidence-'));
  expect(await run(['evidence', 'key', 'create', '--out', 'key.pem'])).toMatchObject({ exitCode: 0 });
});
afterAll(() => rm(currentFolder, { recursive: true, force: true }));

const run = (words: string[], environment: Record<string, string> = {}) => runCommand(words, { currentFolder, environment });
const at = '2027-01-31T12:00:00.000Z';
const chainId = 'c'.repeat(64);
const link = { id: 1, at, actor: 'ada', action: 'hold.placed', subject: 'H-1', facts: { reason: '<i>case</i>' }, prevHash: chainId };
const event = { ...link, hash: hashAuditEvent({ ...link, at: new Date(at) }) };
const version = { version: 1, hash: 'f'.repeat(64), author: 'ada', reason: null, forced: false, rollbackOf: null, appliedAt: at };
const point = {
  ...{ id: 'rp_1', instance: 'shop', run: 'run_1', state: 'complete', engine: 'postgres', capturedAt: at, completedAt: at },
  ...{ plaintextBytes: 1, storedBytes: 1, available: true, protected: true, debts: [] },
  copies: [
    {
      ...{ region: 'alpha', role: 'primary', state: 'verified', reason: { rule: 'x', text: 'x' }, since: at, storedBytes: 1 },
      ...{ verifiedAt: at, attempts: 0, nextAttemptAt: null, lock: null },
    },
  ],
};
const instance = {
  ...{ id: 'shop', engine: 'postgres', home: 'alpha', policy: 'standard', dataClass: 'cards', labels: {}, connection: 'env:X' },
  ...{ source: 'config', retiredAt: null, nextDueAt: null, protected: true, newestPoint: null, debts: 0 },
};
const compliance = {
  ...{ checkedAt: at, instances: { held: 1, exempt: 0 }, findings: [], left: 0 },
  counts: { critical: 0, major: 0, minor: 0, unproven: 0 },
};
const framework = {
  ...{ name: 'card-data', modelledOn: 'PCI DSS', about: 'cards', chosenFor: [] },
  controls: [{ name: 'minimum-copies', about: 'enough copies', severity: 'critical', settings: {} }],
};
const holdOf = (id: string, placedAt: string, protectsUntil: string | null) => ({
  ...{ id, title: 'Miller', reason: 'a court asks', matter: null, selector: { instances: ['shop'] }, placedBy: 'ada', placedAt },
  ...{ state: protectsUntil === null ? 'active' : 'released', protectsUntil, releaseRequested: null },
  released: protectsUntil === null ? null : { by: 'ada', at: placedAt, reason: 'settled', approvedBy: null },
});
const holds = [
  holdOf('H-4', '2027-04-01T00:00:00.000Z', null),
  holdOf('H-3', '2027-03-31T00:00:00.000Z', '2027-04-03T00:00:00.000Z'),
  holdOf('H-2', '2020-01-01T00:00:00.000Z', null),
  holdOf('H-1', '2020-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
];
const deletion = {
  ...{ id: 1, point: 'rp_1', instance: 'shop', region: 'alpha', purpose: 'retention', requestedBy: 'reconciler', requestReason: null },
  reasons: [{ rule: 'has-expired', text: 'it has expired: 30d ended' }],
  ...{ plannedAt: at, notBefore: null, begunAt: at, versionsDeleted: 3, bytesDeleted: 9, goneAt: at, keptAt: null },
};
const answers = {
  'GET /v1/audit/chain?from=2027-01-01T00%3A00%3A00.000Z&to=2027-04-01T00%3A00%3A00.000Z&after=0': {
    body: { chainId, events: [event], last: 1 },
  },
  'GET /v1/policy/versions?limit=100': { body: [version] },
  'GET /v1/policy/versions/1': { body: { ...version, rulebook: { regions: [] } } },
  'GET /v1/instances?retired=true': { body: [instance, { ...instance, id: 'old', retiredAt: at }] },
  'GET /v1/holds?all=true': { body: holds },
  'GET /v1/deletions?from=2027-01-01T00%3A00%3A00.000Z&to=2027-04-01T00%3A00%3A00.000Z&after=0&limit=500': { body: [deletion] },
  'GET /v1/regions': { body: [] },
  'GET /v1/compliance?limit=100000': { body: compliance },
  'GET /v1/compliance/frameworks': { body: [framework] },
  'GET /v1/points?instance=shop&limit=500': { body: [point] },
  'GET /v1/points?instance=old&limit=500': { body: [{ ...point, id: 'rp_0', instance: 'old' }] },
};
const words = ['evidence', 'export', '--from', '2027-01-01', '--to', '2027-04-01', '--key', 'file:key.pem', '--out'];

test('a pack is exported, is in order, and what is changed in it is named', async () => {
  await using scheduler = await startFakeScheduler(answers);
  const exported = await run([...words, 'pack'], scheduler.environment);
  expect(exported).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 event ') });
  const read = (name: string) => readFile(join(currentFolder, 'pack', name), 'utf8');
  expect(JSON.parse(await read('copies.json'))[0].copies[0].verifiedAt).toBe(at);
  expect(JSON.parse(await read('frameworks.json'))[0].controls[0]).toMatchObject({ control: 'minimum-copies', files: expect.any(Array) });
  expect(JSON.parse(await read('policies.json'))[0].rulebook).toEqual({ regions: [] });
  expect(await read('report.html')).toContain('&lt;i&gt;case&lt;/i&gt;');
  // In force in the period, whatever events it has; retired instances have copies too.
  expect(JSON.parse(await read('holds.json')).map(({ id }: { id: string }) => id)).toEqual(['H-3', 'H-2']);
  expect(JSON.parse(await read('deletions.json'))).toEqual([deletion]);
  // The report tells both in words.
  expect(await read('report.html')).toMatch(/<td>H-3<\/td>.*<td>instances shop<\/td>.*settled.*<td>H-2<\/td>.*in force/s);
  expect(await read('report.html')).toContain('<td>it has expired: 30d ended</td>');
  expect(JSON.parse(await read('copies.json')).map(({ id }: { id: string }) => id)).toEqual(['rp_1', 'rp_0']);

  const sound = await run(['evidence', 'verify', 'pack', '--key', 'key.pem.pub']);
  expect(sound).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('as they were signed'), stderr: '' });
  expect((await run(['evidence', 'verify', 'pack'])).stderr).toContain('compare the fingerprint');

  await writeFile(join(currentFolder, 'pack', 'events.json'), (await read('events.json')).replace('"ada"', '"bob"'));
  await writeFile(join(currentFolder, 'pack', 'extra.txt'), 'x');
  await appendFile(join(currentFolder, 'pack', 'copies.json'), ' ');
  const tampered = await run(['--json', 'evidence', 'verify', 'pack', '--key', 'key.pem.pub']);
  expect(tampered.exitCode).toBe(6);
  const { code, problems } = JSON.parse(tampered.stdout).error;
  expect(code).toBe('evidence.tampered');
  expect(problems.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['copies.json', 'events.json', 'events.json, event 1', 'extra.txt']),
  );
});

test('a pack is read from its own folder alone: a link in it is followed nowhere', async () => {
  await using scheduler = await startFakeScheduler(answers);
  await run([...words, 'linked'], scheduler.environment);
  await rm(join(currentFolder, 'linked', 'copies.json'));
  await symlink('/dev/zero', join(currentFolder, 'linked', 'copies.json'));
  expect(await run(['evidence', 'verify', 'linked'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('copies.json in it is no regular file'),
  });
});

test('a pack is not written over another, nor a key over another, and the private key is for its owner alone', async () => {
  await using scheduler = await startFakeScheduler(answers);
  await run([...words, 'twice'], scheduler.environment);
  const again = await run([...words, 'twice'], scheduler.environment);
  expect(again).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('evidence.folder-in-use') });
  expect(await run(['evidence', 'key', 'create', '--out', 'key.pem'])).toMatchObject({ exitCode: 2 });
  expect((await stat(join(currentFolder, 'key.pem'))).mode & 0o777).toBe(0o600);
});

test('what fails on the way leaves nothing behind: neither an unknown instance nor a scheduler that goes away', async () => {
  const before = (await readdir(currentFolder)).toSorted();
  {
    await using scheduler = await startFakeScheduler(answers);
    const unknown = await run([...words, 'nobody', '--instance', 'shop', 'chop'], scheduler.environment);
    expect(unknown).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('chop') });
  }
  const { 'GET /v1/regions': _, ...fewer } = answers;
  await using scheduler = await startFakeScheduler(fewer);
  expect((await run([...words, 'half'], scheduler.environment)).exitCode).not.toBe(0);
  expect((await readdir(currentFolder)).toSorted()).toEqual(before);
});

test('the key comes from the environment too; without one, or with another kind, nothing is written', async () => {
  await using scheduler = await startFakeScheduler(answers);
  const { environment } = scheduler;
  const plain = ['evidence', 'export', '--from', '2027-01-01', '--to', '2027-04-01', '--out'];
  expect(await run([...plain, 'none'], environment)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CBCR_EVIDENCE_KEY') });
  const pem = await readFile(join(currentFolder, 'key.pem'), 'utf8');
  expect(await run([...plain, 'fromvar'], { ...environment, CBCR_EVIDENCE_KEY: pem })).toMatchObject({ exitCode: 0 });
  const wrong = await run([...plain, 'wrong', '--key', 'file:key.pem.pub'], environment);
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('evidence.key-invalid') });
  expect(await run(['evidence', 'verify', 'wrong'])).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('evidence.not-a-pack') });
});

test('every compliance control is answered by evidence', () => {
  expect(Object.keys(controlEvidence).toSorted()).toEqual(complianceControls.map(({ name }) => name).toSorted());
});

test('a private key where the public one is wanted is refused, and a folder that is no pack is not searched', async () => {
  await using scheduler = await startFakeScheduler(answers);
  await run([...words, 'mine'], scheduler.environment);
  const wrong = await run(['evidence', 'verify', 'mine', '--key', 'key.pem']);
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('it is a private key, where the public one is wanted') });
  expect(await run(['evidence', 'verify', 'mine', '--key', 'key.pem.pub'])).toMatchObject({ exitCode: 0 });
  // The folder above has the pack in it, and a great many other files for all that anybody knows.
  const above = await run(['evidence', 'verify', '.']);
  expect(above).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('it has neither manifest.json nor seal.json') });
});

test('a period that is not over yet is exported with a warning', async () => {
  const to = '2999-01-01T00:00:00.000Z';
  const query = (path: string) => `GET ${path}from=2027-01-01T00%3A00%3A00.000Z&to=${encodeURIComponent(to)}&after=0`;
  await using scheduler = await startFakeScheduler({
    ...answers,
    [query('/v1/audit/chain?')]: { body: { chainId, events: [], last: null } },
    [`${query('/v1/deletions?')}&limit=500`]: { body: [] },
  });
  const plain = ['evidence', 'export', '--from', '2027-01-01', '--to', to, '--key', 'file:key.pem', '--out', 'early'];
  const end = await run(plain, scheduler.environment);
  expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('--to (2999-01-01 00:00:00Z) is in the future') });
});
