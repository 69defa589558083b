import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openS3Locker } from '../../../test/open-s3.ts';

/** Says of every object that it has this lock, and takes whatever it is told of another one: the server of other tests raises no mode. */
async function startWillingServer(present: { mode: string; until: Date }) {
  const told: { bypass: unknown; body: string }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'PUT') told.push({ bypass: request.headers['x-amz-bypass-governance-retention'], body: await text(request) });
    const lock = { 'x-amz-object-lock-mode': present.mode, 'x-amz-object-lock-retain-until-date': present.until.toISOString() };
    response.writeHead(200, lock).end();
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const locker = await openS3Locker({ endpoint, region: 'somewhere', bucket: 'backups', accessKeyId: 'key', secretAccessKey: 'secret' });
  onTestFinished(async () => {
    await locker.close();
    server.close();
    server.closeAllConnections();
  });
  return { locker, told };
}

const version = { key: 'object', versionId: '1' };
const soon = new Date('2040-01-01T00:00:00.000Z');
const late = new Date('2050-01-01T00:00:00.000Z');

test.each([
  ['the date that it has', late, soon, late],
  ['the later date that is asked', soon, late, late],
])('a governance lock is raised to compliance by the right to bypass it, with %s', async (_, present, asked, until) => {
  const { locker, told } = await startWillingServer({ mode: 'GOVERNANCE', until: present });
  expect(await locker.extendLock(version, { mode: 'compliance', until: asked })).toEqual({ mode: 'compliance', until });
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ bypass: 'true', body: expect.stringContaining('<Mode>COMPLIANCE</Mode>') });
  expect(told[0]?.body).toContain('2050-01-01');
});

test('a compliance lock is never lowered, nor touched where it lasts long enough', async () => {
  const { locker, told } = await startWillingServer({ mode: 'COMPLIANCE', until: late });
  const present = { mode: 'compliance', until: late };
  for (const mode of ['governance', 'compliance'] as const)
    expect(await locker.extendLock(version, { mode, until: soon })).toEqual(present);
  expect(told).toEqual([]);
});
