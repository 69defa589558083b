import { createCipheriv } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CbcrError, type InstanceId, systemClock } from '@cbcr/domain';
import { compareDatabases, createTestDatabase, loadSampleDatabase, requirePostgresFolder, type TestDatabase } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { isManifest, isSegment, plantFault } from '../test/faults.ts';
import { makePoint } from '../test/made-point.ts';
import { createRun, perform, startRun, succeed } from '../test/perform.ts';
import { alpha, beta, createStage, gamma, type Stage } from '../test/stage.ts';

let stage: Stage;
let tools: string;
let source: TestDatabase;
let folder: string;
let files: InstanceId;
beforeAll(async () => {
  const adminUrl = inject('postgresAdminUrl');
  stage = await createStage({ adminUrl, clock: systemClock });
  tools = await requirePostgresFolder(inject('serverEnvironment'));
  source = await createTestDatabase(adminUrl);
  await loadSampleDatabase(source.url, { megabytes: 5 });
  folder = join(stage.folder, 'documents');
  await mkdir(join(folder, 'inner'), { recursive: true });
  // More than one segment of bytes that do not compress, and names that are easy to get wrong.
  for (const [index, name] of ['a', 'inner/Ümlaut 文', 'z'].entries()) {
    await writeFile(join(folder, name), incompressible(index));
  }
  files = await stage.addInstance('documents', 'files', pathToFileURL(folder).href);
});
const incompressible = (seed: number) =>
  createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16)).update(Buffer.alloc(15_000_000));

afterAll(async () => {
  await stage.close();
  await source.drop();
});

test('a folder comes back file by file, also when the source of the bytes is lost on the way', async () => {
  const point = await makePoint(stage, files);
  expect((await point.segments(alpha)).length).toBeGreaterThan(1);
  await point.verify(alpha, beta, gamma);
  const target = join(stage.folder, 'restored');
  await mkdir(target);
  const lost = plantFault((call) => isSegment(call.key) && call.index > 1);
  stage.plant(gamma, lost.wrap);
  const params = { point: point.id, to: gamma, target: stage.nameConnection(pathToFileURL(target).href) };
  const result = await succeed(stage, 'restore', { instance: files, params, point: point.id, region: gamma });
  stage.plant(gamma, null);
  expect(lost.fired).not.toEqual([]);
  expect(Object.keys(result.segmentsFrom).toSorted()).toEqual([alpha, gamma]);
  const names = (await readdir(folder, { recursive: true })).toSorted();
  expect((await readdir(target, { recursive: true })).toSorted()).toEqual(names);
  for (const name of ['a', 'inner/Ümlaut 文', 'z']) {
    expect((await readFile(join(target, name))).equals(await readFile(join(folder, name))), name).toBe(true);
  }
});

test('a folder whose restore was broken off says that it is incomplete, and is neither restored into nor captured', async () => {
  const point = await makePoint(stage, files);
  const target = join(stage.folder, 'half');
  await mkdir(target);
  const cancelling = new AbortController();
  const params = { point: point.id, to: beta, target: stage.nameConnection(pathToFileURL(target).href) };
  const wanted = { instance: files, params, point: point.id, region: beta };
  const run = await createRun(stage, 'restore', wanted);
  const progress = () => cancelling.abort(new CbcrError('run.cancelled', { by: 'the test' }));
  expect(await startRun(stage, 'restore', run, { signal: cancelling.signal, progress })).toMatchObject({ state: 'cancelled' });
  expect(await readdir(target)).toContain('.cbcr-restore-incomplete');
  expect(await perform(stage, 'restore', wanted)).toMatchObject({ state: 'failed', error: { code: 'engine.target-not-empty' } });
  const half = await stage.addInstance('half', 'files', pathToFileURL(target).href);
  const captured = await perform(stage, 'backup', { instance: half, params: {} });
  expect(captured).toMatchObject({ state: 'failed', error: { code: 'engine.source-incomplete' } });
});

test('a Postgres database is backed up, verified in every region, and restored elsewhere without a difference', async () => {
  const shop = await stage.addInstance('shop', 'postgres', source.url);
  const point = await makePoint(stage, shop);
  await point.verify(alpha, beta, gamma);
  const target = await createTestDatabase(inject('postgresAdminUrl'));
  const params = { point: point.id, to: beta, target: stage.nameConnection(target.url) };
  await succeed(stage, 'restore', { instance: shop, params, point: point.id, region: beta });
  const { differences } = await compareDatabases(source.url, target.url, { environment: inject('serverEnvironment') });
  expect(differences).toEqual([]);
  await target.drop();
});

test('a pg_dump that is killed in the middle of its output leaves no recovery point', async () => {
  const deadly = join(stage.folder, 'deadly-tools');
  await mkdir(deadly);
  const script = `#!/bin/sh
case "$*" in *--version*) exec ${tools}/pg_dump "$@";; esac
${tools}/pg_dump "$@" | head -c 300000
kill -9 $$
`;
  await writeFile(join(deadly, 'pg_dump'), script);
  await writeFile(join(deadly, 'pg_restore'), `#!/bin/sh\nexec ${tools}/pg_restore "$@"\n`);
  for (const tool of ['pg_dump', 'pg_restore']) await chmod(join(deadly, tool), 0o755);
  const dying = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock, toolFolders: [deadly] });
  const shop = await dying.addInstance('shop', 'postgres', source.url);
  const performed = await perform(dying, 'backup', { instance: shop, params: {} });
  expect(performed).toMatchObject({
    state: 'failed',
    error: { code: 'engine.capture-failed', message: expect.stringContaining('SIGKILL') },
  });
  const points = await dying.catalog.points.list({ instance: shop });
  expect(points).toMatchObject([{ state: 'failed', manifestSha256: null }]);
  expect(points[0]?.copies.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
  for (const region of [alpha, beta, gamma]) {
    for await (const { key } of (await dying.storeOf(region)).list('')) expect(isManifest(key), key).toBe(false);
  }
  await dying.close();
});
