import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointView, RegionView, RunView } from '@cbcr/client';
import { changeSampleDatabase, compareDatabases, type TestDatabase } from '@cbcr/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { eventually } from './eventually.ts';
import { userEnvironment } from './setup-environment.ts';
import { startStack, type TestStack } from './stack.ts';

/** The promise of the product, told by its own commands: one capture, verified copies everywhere, and a restore without a region. */
describe('one database, three regions, one outage, one restore', () => {
  let stack: TestStack;
  let home: string;
  let lost: string;
  let other: string;
  let target: TestDatabase;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 40 });
    [home = '', other = '', lost = ''] = stack.regions;
  });
  afterAll(() => stack.down());

  const verifiedIn = (point: PointView) => point.copies.filter((copy) => copy.state === 'verified').map((copy) => copy.region);

  test('an instance shows where its copies must live, and why', async () => {
    const { placement } = await stack.client.getInstance('shop');
    const [primary, ...secondaries] = placement.placed;
    expect(primary).toMatchObject({ region: home, role: 'primary' });
    expect(secondaries.map(({ region }) => region).sort()).toEqual([other, lost].sort());
    expect(placement.placed.every(({ reason }) => reason.text.length > 0)).toBe(true);
    expect(placement.unmet).toEqual([]);
  });

  test('every region shows what its store was found to be able to do, and tries it again when somebody asks', async () => {
    const runs: RunView[] = [];
    for (const region of stack.regions) runs.push(...(await stack.cbcr.json<RunView[]>('regions', 'probe', region, '--wait')));
    expect(runs.map(({ region, state }) => [region, state])).toEqual(stack.regions.map((region) => [region, 'succeeded']));
    for (const region of stack.regions) {
      const { probe, links } = await stack.cbcr.json<RegionView>('regions', 'show', region);
      const results = runs.filter((run) => run.region === region).map(({ result }) => result as { links: object[] });
      const [{ links: measured, ...abilities } = { links: [] }] = results;
      expect(probe).toMatchObject({ probedAt: expect.any(String), ...abilities });
      const others = stack.regions.filter((other) => other !== region).sort();
      expect(measured).toEqual(others.map((from) => ({ from, latencyMs: expect.any(Number) })));
      expect(links).toEqual(others.map((from) => expect.objectContaining({ from, latencyMs: expect.any(Number) })));
    }
  });

  test('one backup is captured once and verified in every placed region', async () => {
    const point = await stack.cbcr.json<PointView>('backup', 'shop', '--wait');
    expect(verifiedIn(point).sort()).toEqual([...stack.regions].sort());
    expect(point).toMatchObject({ state: 'complete', available: true, protected: true, debts: [] });
    const captures = await stack.client.listRuns({ instance: 'shop', kind: 'backup' });
    expect(captures).toHaveLength(1);
  });

  test('rules are planned before they are applied: what changes nothing says so, and what would leave no legal copy is refused', async () => {
    const { configFile, policy } = stack.file;
    expect((await stack.cbcr.run(['policy', 'plan', configFile])).code).toBe(0);
    const again = await stack.cbcr.run(['policy', 'apply', configFile, '--reason', 'once more']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/nothing changes in the rules, still version \d/) });

    const document = parseDocument(await readFile(configFile, 'utf8'));
    document.setIn(['regions', 'elsewhere'], { jurisdictions: ['US'], store: { kind: 'fs', path: join(stack.home, 'elsewhere') } });
    document.setIn(['policies', policy, 'placement'], { copies: 1, jurisdictions: ['US'] });
    const file = join(stack.home, 'elsewhere.yaml');
    await writeFile(file, String(document));
    const planned = await stack.cbcr.run(['policy', 'plan', file]);
    expect(planned).toMatchObject({ code: 4, stderr: expect.stringContaining('because of shop. [policy.plan-refused]') });
    expect(planned.stdout.match(/REFUSED/g)).toHaveLength(1);
    expect((await stack.cbcr.run(['policy', 'apply', file])).code).toBe(4);
  });

  test('without one region the capture is not blocked, and the debt says since when and why', async () => {
    await changeSampleDatabase(stack.file.customerUrl);
    await stack.cbcr.json('dev', 'outage', lost);
    const { code, stdout, stderr } = await stack.cbcr.run(['backup', 'shop', '--wait']);
    expect(code).toBe(0);
    expect(stderr).toContain(`the copy in ${lost} is owed`);
    expect(stdout).toContain('protected: NO');
    const status = await eventually('the region is missed', async () => {
      const { stdout: said } = await stack.cbcr.run(['status']);
      return said.includes(`${lost} is down: `) && said;
    });
    expect(status).toContain('0 of 1 protected; NOT shop');

    const instance = await stack.client.getInstance('shop');
    expect(instance.protected).toBe(false);
    expect(instance.debtList).toMatchObject([{ region: lost, reason: { text: expect.stringContaining(lost) } }]);
    const [point] = await stack.client.listPoints({ instance: 'shop', limit: 1 });
    expect(point && verifiedIn(point).sort()).toEqual([home, other].sort());
    expect(point?.available).toBe(true);
  });

  test('the newest point is restored in another region, from the best surviving copy, and the ranking says why', async () => {
    target = await stack.createTarget();
    const restored = await stack.cbcr.run(['restore', 'shop', '--to', other, '--target', '-', '--wait'], target.url);
    expect(restored.stderr).toMatch(new RegExp(`1\\s+${other}\\s+the copy is verified`));
    expect(restored.stderr).toMatch(new RegExp(`${lost}\\s+not read:`));
    expect(restored.code).toBe(0);
    const [run] = await stack.client.listRuns({ kind: 'restore' });
    expect(run).toMatchObject({ state: 'succeeded', region: other });
    expect(Object.keys((run as RunView & { result: { segmentsFrom: object } }).result.segmentsFrom)).toEqual([other]);
    expect(`${restored.stdout}${restored.stderr}${JSON.stringify(run)}`).not.toContain(new URL(target.url).password);
  });

  test('the restored database is the source: every table, sequence and schema object', async () => {
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
    expect(report.counts.tables).toBeGreaterThan(10);
    expect(report.counts.sequences).toBeGreaterThan(0);
  });

  test('a second restore into the same target is refused and changes nothing', async () => {
    const again = await stack.cbcr.run(['restore', 'shop', '--to', other, '--target', '-', '--wait', '--json'], target.url);
    expect(again.code).toBe(6);
    const [run] = await stack.client.listRuns({ kind: 'restore' });
    expect(run?.error?.code).toBe('engine.target-not-empty');
    const report = await compareDatabases(stack.file.customerUrl, target.url, { environment: userEnvironment });
    expect(report.differences).toEqual([]);
  });

  test('when the region is back the debt is repaid by itself and the instance is protected again', async () => {
    await stack.cbcr.json('dev', 'recover', lost);
    await stack.untilProtected('shop');
    const { debtList } = await stack.client.getInstance('shop');
    expect(debtList).toEqual([]);
    const [replicate] = await stack.client.listRuns({ kind: 'replicate' });
    expect(await stack.untilEnded(String(replicate?.id))).toMatchObject({ state: 'succeeded', region: lost, requestedBy: 'reconciler' });
  });
});
