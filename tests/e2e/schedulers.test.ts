import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunView } from '@cbcr/client';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { createHeldRuns, type HeldRuns } from './held-runs.ts';
import { type SecondScheduler, startSecondScheduler } from './second-processes.ts';
import { startStack, type TestStack } from './stack.ts';

const folders = ['one', 'two', 'three', 'four', 'five', 'six'];

/** Schedulers die between any two of their steps, and several work at once: what was asked for happens once. */
describe('schedulers', () => {
  let stack: TestStack;
  let held: HeldRuns;
  let sql: postgres.Sql;

  beforeAll(async () => {
    stack = await startStack({ megabytes: 10 });
    held = createHeldRuns(stack);
    sql = postgres(stack.file.databaseUrl, { max: 1 });
    for (const name of folders) {
      const folder = join(stack.file.folder, 'customer-folders', name);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'text'), `the folder ${name}\n`.repeat(1_000));
      const [home = ''] = stack.regions;
      await stack.client.addInstance({
        id: name,
        engine: 'files',
        home,
        policy: stack.file.policy,
        connection: pathToFileURL(folder).href,
      });
    }
  });
  afterAll(async () => {
    await sql.end();
    await stack.down();
  });

  const callsInOutbox = async (run: string) => (await sql`select 1 from outbox where run_id = ${run}`).length;
  /** Connections that hold the lock of the leader. */
  const leaders = () =>
    sql<{ pid: number }[]>`select pid from pg_locks where locktype = 'advisory' and granted and mode = 'ExclusiveLock'
      and (classid::bigint << 32 | objid::bigint) = hashtextextended('cbcr scheduler', 0)`;
  const backupsOf = (instance: string) => stack.client.listRuns({ instance, kind: 'backup' });
  const expectOnce = async (run: RunView) => {
    const { run: ended } = await held.expectOneWholePoint(run.id);
    expect(ended).toMatchObject({ epoch: 1, attempts: 0 });
  };

  test('one that is killed after the transaction and before the relay loses no run, and doubles none', async () => {
    // A Redis that stands still takes no call: the relay hangs between the two.
    const redis = await stack.pidOf('redis');
    process.kill(redis, 'SIGSTOP');
    const { id } = await stack.client.startBackup({ instance: 'one' });
    await eventually('the relay has taken the call', async () => {
      const [call] = await sql`select claimed_until from outbox where run_id = ${id}`;
      return call !== undefined && call['claimed_until'] !== null;
    });
    await held.kill('scheduler');
    process.kill(redis, 'SIGCONT');
    // What the dead relay had sent may still arrive in the queue: it is the same job.
    expect(await callsInOutbox(id)).toBe(1);
    await held.revive();
    const { run } = await held.expectOneWholePoint(id);
    expect(run).toMatchObject({ epoch: 1, attempts: 0 });
    // What the dead relay had sent may have been done long before its claim ends and the next relay takes the call off.
    await eventually('the call is out of the outbox', async () => (await callsInOutbox(id)) === 0);
    await held.expectOneWholePoint(id);
    expect(await backupsOf('one')).toHaveLength(1);
  });

  test('one that is killed with Redis, before any call got out, loses no run either', async () => {
    await held.kill('redis');
    await rm(join(stack.file.folder, 'servers', 'redis'), { recursive: true });
    const { id } = await stack.client.startBackup({ instance: 'two' });
    expect(await callsInOutbox(id)).toBe(1);
    await held.kill('scheduler');
    await held.revive();
    const { run } = await held.expectOneWholePoint(id);
    expect(run).toMatchObject({ epoch: 1, attempts: 0 });
    expect(await backupsOf('two')).toHaveLength(1);
  });

  describe('two at once', () => {
    let second: SecondScheduler;
    beforeAll(async () => {
      second = await startSecondScheduler(stack);
      await eventually('the second scheduler serves', () => second.client.listRegions());
    });
    afterAll(() => second.stop());

    const makeAllDue = () => sql`update instances set next_due_at = now() where id = any(${folders})`;
    const scheduledRuns = async (instance: string) => (await backupsOf(instance)).filter((run) => run.requestedBy === 'schedule');
    /** One more than before of each, and every one ended once. */
    const expectFired = async (times: number) => {
      for (const instance of folders) {
        await eventually(
          `the schedule of ${instance} has fired ${times} times`,
          async () => (await scheduledRuns(instance)).length >= times,
        );
      }
      for (const instance of folders) {
        for (const run of await scheduledRuns(instance)) await expectOnce(run);
        expect(await scheduledRuns(instance)).toHaveLength(times);
      }
    };

    test('one leads, both serve: the same key is the same run whoever is asked, and every request is relayed once', async () => {
      await eventually('one leads', async () => (await leaders()).length === 1);
      expect(second.messages).not.toContain('this scheduler leads');
      const asked = await Promise.all(
        folders.flatMap((instance) =>
          [stack.client, second.client].map((client) => client.startBackup({ instance }, { idempotencyKey: `both-${instance}` })),
        ),
      );
      const runs = new Map(asked.map((run) => [run.id, run]));
      expect(runs.size).toBe(folders.length);
      for (const run of runs.values()) await expectOnce(run);
    });

    test('what is due is started once', async () => {
      await makeAllDue();
      await expectFired(1);
      await eventually('one leads', async () => (await leaders()).length === 1);
    });

    test('when the one that leads is killed the other takes over, and what is due then is started once', async () => {
      await held.kill('scheduler');
      await makeAllDue();
      await eventually('the second scheduler leads', async () => second.messages.includes('this scheduler leads'));
      await stack.cbcr.json('dev', 'up');
      await expectFired(2);
      await eventually('one leads', async () => (await leaders()).length === 1);
    });
  });
});
