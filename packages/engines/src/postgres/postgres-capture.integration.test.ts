import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCbcrError } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { EngineBench, readAll, restoreSourceOf } from '../contract/bench.ts';
import { createPostgresFixture, type PostgresFixture } from './contract/postgres-fixture.ts';

let fixture: PostgresFixture;
let bench: EngineBench;
beforeAll(async () => {
  fixture = await createPostgresFixture(inject('postgresAdminUrl'), inject('serverEnvironment'));
});
afterAll(async () => await fixture.dispose());
beforeEach(() => {
  bench = new EngineBench(fixture);
});
afterEach(async () => await bench.dispose());

const inspect = async (connection: string) => await fixture.engine.inspect(connection, await bench.context());

describe('a capture of a database that is in use', () => {
  it('shows one moment: nothing that was written later, in any stream', async () => {
    const source = await fixture.makeDatabase('create table t (id int primary key); insert into t values (1)');
    const target = await fixture.makeEmptyTarget();
    const capture = await bench.startCapture(source);
    await fixture.run(source, 'insert into t values (2); create table later (id int); create index later_index on t (id)');
    const streams = new Map<string, Buffer>();
    for (const stream of capture.streams) {
      streams.set(stream.name, await readAll(stream.open()));
      await fixture.run(source, `insert into t values (${streams.size + 10})`);
    }
    const facts = await capture.finish();
    await capture.dispose();
    await bench.restore(target, restoreSourceOf(fixture, { facts, streams }));
    expect(await fixture.run(target, 'select id from t')).toEqual([{ id: 1 }]);
    expect(await fixture.run(target, "select to_regclass('later')::text as later")).toEqual([{ later: null }]);
  });

  it('holds back a change that would tear the streams apart, until it is disposed of', async () => {
    const source = await fixture.makeDatabase('create table t (id int)');
    const capture = await bench.startCapture(source);
    const drop = "set lock_timeout = '50ms'; drop table t";
    await expect(fixture.run(source, drop)).rejects.toMatchObject({ code: '55P03' });
    await capture.dispose();
    await fixture.run(source, drop);
  });

  it('fails, children and all, when the connection that keeps its snapshot dies', async () => {
    const source = await fixture.makeSource('large');
    const capture = await bench.startCapture(source);
    const [preData, data] = capture.streams;
    if (preData) await readAll(preData.open());
    const flowing = data?.open();
    if (!flowing) throw new Error('there is no data stream');
    await once(flowing, 'readable');
    await fixture.run(
      source,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cbcr' and state = 'idle in transaction' and datname = current_database()",
    );
    expect(isCbcrError(await bench.failureOf(readAll(flowing)), 'engine.unreachable')).toBe(true);
    expect(isCbcrError(await bench.failureOf(capture.finish()), 'engine.unreachable')).toBe(true);
    await capture.dispose();
  });

  it('fails when the database is dropped in the middle of a dump, and then says that it does not exist', async () => {
    const source = await fixture.makeSource('large');
    const capture = await bench.startCapture(source);
    const [preData, data] = capture.streams;
    if (preData) await readAll(preData.open());
    const flowing = data?.open();
    if (!flowing) throw new Error('there is no data stream');
    await once(flowing, 'readable');
    const broken = new Promise((resolve) => flowing.once('error', resolve));
    await fixture.run(inject('postgresAdminUrl'), `drop database "${fixture.nameOf(source)}" with (force)`);
    flowing.resume();
    expect(isCbcrError(await broken, 'engine.unreachable')).toBe(true);
    expect(isCbcrError(await bench.failureOf(capture.finish()), 'engine.unreachable')).toBe(true);
    await capture.dispose();
    expect(isCbcrError(await bench.failureOf(inspect(source)), 'engine.database-missing')).toBe(true);
  });

  it('does not accept that the connection died between the last stream and the end', async () => {
    const source = await fixture.makeSource('empty');
    const capture = await bench.startCapture(source);
    for (const stream of capture.streams) await readAll(stream.open());
    await fixture.run(
      source,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cbcr' and datname = current_database()",
    );
    expect(isCbcrError(await bench.failureOf(capture.finish()), 'engine.unreachable')).toBe(true);
    await capture.dispose();
  });
});

describe('a login without all rights', () => {
  const role = 'cbcr_limited';
  beforeAll(async () => {
    await fixture.run(inject('postgresAdminUrl'), `create role ${role} login password 'p@ss:w/ö rd%'`);
  });

  it('is denied before the first byte, with the name of a table that it may not read', async () => {
    const source = fixture.loginAs(
      await fixture.makeDatabase('create table open_one (a int); create table closed_one (a int); grant select on open_one to public'),
      role,
    );
    for (const failure of [await bench.failureOf(inspect(source)), await bench.failureOf(bench.startCapture(source))]) {
      expect(isCbcrError(failure, 'engine.denied') && failure.message).toContain('closed_one');
    }
  });

  it('is denied rows that a policy hides, instead of leaving them out', async () => {
    const source = fixture.loginAs(
      await fixture.makeDatabase(
        'create table t (a int); alter table t enable row level security; create policy p on t using (a > 1); grant select on t to public',
      ),
      role,
    );
    const capture = await bench.startCapture(source);
    const failures = [];
    for (const stream of capture.streams) {
      const failure = await readAll(stream.open()).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure) failures.push(failure);
    }
    expect(failures.map((failure) => isCbcrError(failure) && failure.code)).toEqual(['engine.denied']);
    await capture.dispose();
  });
});

describe('a connection', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cbcr socket '));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  it('may go through a unix socket', async () => {
    const source = await fixture.makeSource('rich');
    const server = new URL(source);
    const proxy = createServer((socket) => {
      const onward = connect(Number(server.port), server.hostname);
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => end.destroy());
    });
    proxy.listen(join(folder, '.s.PGSQL.6001'));
    await once(proxy, 'listening');
    const url = (connection: string) => {
      const { username, password, pathname } = new URL(connection);
      return `postgres://${username}:${password}@${pathname}?host=${encodeURIComponent(folder)}&port=6001`;
    };
    const target = await fixture.makeEmptyTarget();
    await bench.restore(url(target), restoreSourceOf(fixture, await bench.captureAll(url(source))));
    expect(await fixture.compare(source, target)).toEqual([]);
    const closed = once(proxy, 'close');
    proxy.close();
    await closed;
  });

  it('may name a database of any name', async () => {
    const source = await fixture.makeSource('rich');
    const target = await fixture.makeEmptyTarget();
    const admin = inject('postgresAdminUrl');
    const renamed = async (url: string, name: string) => {
      const plain = new URL(url).pathname.slice(1);
      await fixture.run(admin, `alter database "${plain}" rename to "${name.replaceAll('"', '""')}"`);
      const changed = new URL(url);
      changed.pathname = `/${encodeURIComponent(name)}`;
      return { url: changed.href, back: () => fixture.run(admin, `alter database "${name.replaceAll('"', '""')}" rename to "${plain}"`) };
    };
    const from = await renamed(source, `dbname='x' host=evil "; drop ?#%/ 🚲`);
    const to = await renamed(target, `postgres://evil\\/'"\n`);
    await bench.restore(to.url, restoreSourceOf(fixture, await bench.captureAll(from.url)));
    await Promise.all([from.back(), to.back()]);
    expect(await fixture.compare(source, target)).toEqual([]);
  });

  it('never waits for a server that accepts and says nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => socket.destroy()));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const aborter = new AbortController();
    const reason = new Error('enough');
    const context = await bench.context(aborter.signal);
    const failure = bench.failureOf(fixture.engine.inspect(`postgres://u:p@127.0.0.1:${address.port}/shop`, context));
    const [socket] = await once(silent, 'connection');
    aborter.abort(reason);
    expect(await failure).toBe(reason);
    await once(socket.resume(), 'close');
    silent.close();
  });
});
