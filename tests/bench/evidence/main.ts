/** `pnpm bench:evidence [events]`: time and peak memory of writing and of verifying an evidence pack, for a tenth of the events and for all. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { hashAuditEvent, systemClock } from '@cbcr/domain';
import { createTemporaryFolder } from '@cbcr/testkit';
import { readPeakRssBytes } from '../measure/process-usage.ts';

const program = resolve(import.meta.dirname, '../../../apps/cli/src/main.ts');
const [most = 100_000] = process.argv.slice(2).map(Number);
const [from, to] = ['2027-01-01', '2027-04-01'];
const chainId = 'c'.repeat(64);
const began = Date.parse('2027-01-01T00:00:00Z');

/** As many bytes as an event of a real trail has. */
function makeEvents(count: number) {
  const events: object[] = [];
  let prevHash = chainId;
  for (let id = 1; id <= count; id++) {
    const subject = `rp_${String(id).padStart(26, '0')}`;
    const how = { rule: 'verified', text: 'every byte was read back in the region and is right: 31 segments, 1,031,212,544 bytes' };
    const link = { id, actor: 'run:run_01m84mmp8q3k321t1bj250e4pp', action: 'copy.verified', subject, prevHash };
    const event = { ...link, at: new Date(began + id * 60), facts: { point: subject, region: 'frankfurt', instance: 'orders', how } };
    prevHash = hashAuditEvent(event);
    events.push({ ...event, at: event.at.toISOString(), hash: prevHash });
  }
  return events;
}

async function serve(events: readonly object[]) {
  const compliance = { checkedAt: new Date(began).toISOString(), instances: { held: 0, exempt: 0 }, findings: [], left: 0 };
  const answers: Record<string, unknown> = {
    '/v1/compliance': { ...compliance, counts: { critical: 0, major: 0, minor: 0, unproven: 0 } },
  };
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const after = Number(searchParams.get('after') ?? 0);
    const page = { chainId, events: events.slice(after, after + 1_000), last: events.length };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(pathname === '/v1/audit/chain' ? page : (answers[pathname] ?? [])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function run(words: readonly string[], environment: Record<string, string | undefined>) {
  const fromMs = systemClock.monotonicMs();
  const child = spawn(process.execPath, [program, ...words, '--json'], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  let peakBytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peakBytes = Math.max(peakBytes, readPeak(child.pid));
    await systemClock.sleep(20);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`cbcr ${words.join(' ')} ended with ${code}`);
  return { ms: systemClock.monotonicMs() - fromMs, peakBytes };
}

function readPeak(pid = 0): number {
  try {
    // Of a process that has just ended there is none.
    return readPeakRssBytes(pid) || 0;
  } catch {
    return 0;
  }
}

const folder = await createTemporaryFolder();
const key = join(folder.path, 'key.pem');
const { PATH, HOME } = readMachineEnvironment();
try {
  await run(['evidence', 'key', 'create', '--out', key], { PATH, HOME });
  process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, node ${process.version}\n`);
  for (const count of [most / 10, most]) {
    const server = await serve(makeEvents(count));
    const pack = join(folder.path, `pack-${count}`);
    const environment = { PATH, HOME, CBCR_URL: server.url, CBCR_TOKEN: 'x' };
    const written = await run(['evidence', 'export', '--from', from, '--to', to, '--key', `file:${key}`, '--out', pack], environment);
    const verified = await run(['evidence', 'verify', pack, '--key', `${key}.pub`], environment);
    server.close();
    for (const [what, { ms, peakBytes }] of Object.entries({ export: written, verify: verified }))
      process.stdout.write(
        `${what} of ${count} events: ${(ms / 1000).toFixed(1)} s, peak memory ${(peakBytes / 1024 ** 2).toFixed(0)} MiB\n`,
      );
  }
} finally {
  await folder.remove();
}
