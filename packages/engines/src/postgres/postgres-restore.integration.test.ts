import { CbcrError, isCbcrError, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type CapturedParts, EngineBench, restoreSourceOf } from '../contract/bench.ts';
import type { RestoreOwner } from '../engine.ts';
import { attemptApplication, fencedSettings } from './attempt-fence.ts';
import { claimTarget, releaseTarget } from './claim-target.ts';
import { parseConnection } from './connection.ts';
import { createPostgresFixture, type PostgresFixture } from './contract/postgres-fixture.ts';
import { parseRequirements, type Requirements, writeRequirements } from './requirements.ts';
import { hasMarker, lockTarget, markerSchema } from './restore-marker.ts';
import { openSession } from './session.ts';

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

/** The same capture, as if it came from a server with other roles and extensions. */
const needing = (parts: CapturedParts, changes: Partial<Requirements>): CapturedParts => {
  const requirements = { ...parseRequirements(parts.facts['requirements'] ?? ''), ...changes };
  return { ...parts, facts: { ...parts.facts, requirements: writeRequirements(requirements) } };
};
const ownerOf = async (connection: string, table: string) =>
  (await fixture.run<{ owner: string }>(connection, `select tableowner as owner from pg_tables where tablename = '${table}'`))[0]?.owner;
const rightsOn = async (connection: string) =>
  await fixture.run(connection, "select grantee from information_schema.role_table_grants where grantee = 'cbcr_reader'");

describe('a restore into another server', () => {
  it('leaves out owners and rights when a role is missing there, and otherwise keeps them', async () => {
    const source = await fixture.makeDatabase('create table t (a int); alter table t owner to cbcr_app; grant select on t to cbcr_reader');
    const parts = await bench.captureAll(source);
    const [kept, left] = [await fixture.makeEmptyTarget(), await fixture.makeEmptyTarget()];
    await bench.restore(kept, restoreSourceOf(fixture, parts));
    await bench.restore(left, restoreSourceOf(fixture, needing(parts, { owners: ['cbcr_app', 'no_such_role'] })));
    expect(await ownerOf(kept, 't')).toBe('cbcr_app');
    expect(await rightsOn(kept)).toHaveLength(1);
    expect(await ownerOf(left, 't')).toBe(decodeURIComponent(new URL(left).username));
    expect(await rightsOn(left)).toEqual([]);
  });

  it('is refused, with nothing changed, when policies or extensions could not be made', async () => {
    const parts = await bench.captureAll(await fixture.makeSource('rich'));
    for (const changes of [{ named: ['no_such_role'] }, { extensions: ['no_such_extension'] }]) {
      const target = await fixture.makeEmptyTarget();
      const failure = await bench.failureOf(bench.restore(target, restoreSourceOf(fixture, needing(parts, changes))));
      expect(isCbcrError(failure, 'engine.target-unfit') && failure.message).toContain('no_such');
      await fixture.engine.checkTarget(target, await bench.context());
    }
  });

  it('makes foreign keys that point at each other by several jobs without a deadlock', async () => {
    const pairs = Array.from(
      { length: 60 },
      (_, i) => `
        create table a${i} (id int primary key, b int);
        create table b${i} (id int primary key, a int);
        insert into a${i} select n, n from generate_series(1, 3000) n;
        insert into b${i} select n, n from generate_series(1, 3000) n;
        alter table a${i} add foreign key (b) references b${i};
        alter table b${i} add foreign key (a) references a${i};`,
    );
    const source = await fixture.makeDatabase(pairs.join(''));
    const parts = await bench.captureAll(source);
    const target = await fixture.makeEmptyTarget();
    await bench.restore(target, restoreSourceOf(fixture, parts), { jobs: 4 });
    const constraints = (database: string) =>
      fixture.run(database, 'select contype, count(*)::int from pg_constraint group by 1 order by 1');
    expect(await constraints(target)).toEqual(await constraints(source));
  });

  it('makes a view that needs a key, and the index of that view, in their order', async () => {
    const source = await fixture.makeDatabase(`
      create table t (id int primary key, a text); insert into t values (1, 'one');
      create materialized view late as select id, a from t group by id;
      create unique index late_id on late (id); create index t_a on t (a);`);
    const target = await fixture.makeEmptyTarget();
    await bench.restore(target, restoreSourceOf(fixture, await bench.captureAll(source)), { jobs: 4 });
    expect(await fixture.run(target, 'select id, a from late')).toEqual([{ id: 1, a: 'one' }]);
    expect(await fixture.run(target, "select indexname from pg_indexes where schemaname = 'public' order by 1")).toEqual([
      { indexname: 'late_id' },
      { indexname: 't_a' },
      { indexname: 't_pkey' },
    ]);
  });

  it('puts rows into the right partition when the numbers of an enum differ', async () => {
    const source = await fixture.makeDatabase(`
      create type mood as enum ('a', 'b', 'c', 'd');
      create table by_mood (m mood, n int) partition by hash (m);
      create table by_mood_0 partition of by_mood for values with (modulus 2, remainder 0);
      create table by_mood_1 partition of by_mood for values with (modulus 2, remainder 1);
      insert into by_mood select (enum_range(null::mood))[1 + i % 4], i from generate_series(1, 400) i`);
    const parts = await bench.captureAll(source);
    const count = 'select m::text, count(*)::int, sum(n)::int from by_mood group by m order by m';
    for (const shift of [1, 2, 3]) {
      // Object numbers are counted for the whole server, so every use shifts those of the enum's values.
      const target = await fixture.makeDatabase(`do $$ begin for i in 1..${shift} loop perform lo_unlink(lo_create(0)); end loop; end $$`);
      await bench.restore(target, restoreSourceOf(fixture, parts));
      expect(await fixture.run(target, count)).toEqual(await fixture.run(source, count));
    }
  });

  it('accepts a target that was prepared with extensions', async () => {
    const source = await fixture.makeSource('rich');
    const target = await fixture.makeDatabase('create extension hstore; create extension pg_trgm');
    await bench.restore(target, restoreSourceOf(fixture, await bench.captureAll(source)));
    expect(await fixture.compare(source, target)).toEqual([]);
  });

  it('leaves statistics behind, so that first queries are planned well', async () => {
    const source = await fixture.makeDatabase('create table t as select i from generate_series(1, 1234) i');
    const target = await fixture.makeEmptyTarget();
    await bench.restore(target, restoreSourceOf(fixture, await bench.captureAll(source)));
    expect(await fixture.run(target, "select reltuples::int as rows from pg_class where relname = 't'")).toEqual([{ rows: 1234 }]);
  });
});

describe('a target', () => {
  beforeAll(async () => {
    await fixture.run(inject('postgresAdminUrl'), "create role cbcr_cleaner login password 'p@ss:w/ö rd%'");
  });

  it.each([
    ['create table t (a int)', '1 table (public.t)'],
    ['create table t (a serial)', '1 sequence, 1 table (public.t_a_seq, public.t)'],
    ['create schema s', '1 schema (s)'],
    ["create type t as enum ('a')", '1 type (public.t)'],
    ['create domain d as int', '1 type (public.d)'],
    ['create function f() returns int language sql as $$ select 1 $$', '1 function (public.f)'],
    ['create view v as select 1', '1 view (public.v)'],
    ['create sequence s', '1 sequence (public.s)'],
    ['create publication p', '1 publication (p)'],
    ['select lo_create(4711)', '1 large object (4711)'],
  ])('is not empty after: %s', async (statement, found) => {
    const target = await fixture.makeDatabase(statement);
    const failure = await bench.failureOf(fixture.engine.checkTarget(target, await bench.context()));
    expect(isCbcrError(failure, 'engine.target-not-empty') && failure.facts['found']).toBe(found);
  });

  it('is emptied as a whole or not at all, and keeps its extensions', async () => {
    const source = await fixture.makeDatabase('create table wanted (a int)');
    const parts = await bench.captureAll(source);
    const target = await fixture.makeDatabase(`
      create extension pg_trgm; create table old (a int primary key, b text); create index on old using gin (b gin_trgm_ops); insert into old values (1, 'x');
      create domain d as int; create type pair as (a int, b d); create aggregate total(int) (sfunc = int4pl, stype = int);
      create collation german (locale = 'C'); create statistics s on a, b from old; create operator === (leftarg = int, rightarg = int, function = int4eq);
      create procedure p() language sql as 'select 1'; create text search dictionary dict (template = simple); create cast (point as text) with inout;
      create publication pub for all tables; select lo_create(17);
      alter default privileges grant select on tables to cbcr_reader; alter default privileges revoke execute on functions from public;
      create schema other; create table other.t (a public.d); create view public.v as select * from other.t`);
    const extensions = 'select extname::text from pg_extension order by 1';
    const kept = await fixture.run(target, extensions);
    await bench.restore(target, restoreSourceOf(fixture, parts), { clean: fixture.nameOf(target) });
    expect((await fixture.compare(source, target)).filter((difference) => !difference.includes('pg_trgm'))).toEqual([]);
    expect(await fixture.run(target, extensions)).toEqual(kept);
  });

  it.each([
    ['it goes with the rest', 'public.mine'],
    ['its name needs quotes', 'public."Mine o\'clock"'],
    ['it stands in a schema of its own', 'words.mine'],
  ])('is emptied although its sessions search text by a configuration of its own: %s', async (_what, name) => {
    const parts = await bench.captureAll(await fixture.makeDatabase('create table wanted (a int); insert into wanted values (1)'));
    const target = await fixture.makeDatabase(
      `create schema words; create text search configuration ${name} (copy = english); create table old (a int)`,
    );
    const database = fixture.nameOf(target);
    await fixture.run(target, `alter database ${database} set default_text_search_config = '${name.replaceAll("'", "''")}'`);
    const owner = { id: 'run_1', attempt: 1 };
    await bench.restore(target, restoreSourceOf(fixture, parts), { clean: database, owner });
    expect(await fixture.run(target, "select relname from pg_class where relnamespace = 'public'::regnamespace")).toEqual([
      { relname: 'wanted' },
    ]);
    expect(await fixture.run(target, 'select cfgname from pg_ts_config where oid >= 16384')).toEqual([]);
  });

  it('is restored by a login that is its owner and nothing else, whatever the two are called', async () => {
    const parts = await bench.captureAll(
      await fixture.makeDatabase('create table wanted (a int primary key); insert into wanted values (1)'),
    );
    const admin = inject('postgresAdminUrl');
    const [role, database] = [`plain "röle" o'x`, `o'dd "näme"; drop -- $$`];
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    await fixture.run(admin, `create role ${quoted(role)} login password 'p@ss:w/ö rd%'`);
    await fixture.run(admin, `create database ${quoted(database)} owner ${quoted(role)}`);
    const target = new URL(fixture.loginAs(admin, role));
    target.pathname = `/${encodeURIComponent(database)}`;
    try {
      for (const [attempt, clean] of [undefined, database].entries()) {
        await bench.restore(target.href, restoreSourceOf(fixture, parts), { jobs: 2, clean, owner: { id: 'run_1', attempt } });
      }
      // Nothing of the restore is left in it, and what it holds is whole: it can be captured, and that is a capture of the source.
      const again = await fixture.makeEmptyTarget();
      await bench.restore(again, restoreSourceOf(fixture, await bench.captureAll(target.href)));
      expect(await fixture.run(again, 'select a from wanted')).toEqual([{ a: 1 }]);
      await fixture.run(again, `reassign owned by ${quoted(role)} to current_user`);
    } finally {
      await fixture.run(admin, `drop database ${quoted(database)} with (force)`);
      await fixture.run(admin, `drop role ${quoted(role)}`);
    }
  });

  it('keeps everything when something in it cannot be removed, and says what', async () => {
    const parts = await bench.captureAll(await fixture.makeDatabase('create table wanted (a int)'));
    const target = await fixture.makeDatabase(
      `create table mine (a int); create table theirs (a int); alter table mine owner to cbcr_cleaner`,
    );
    const limited = fixture.loginAs(target, 'cbcr_cleaner');
    const before = await fixture.fingerprint(target);
    const failure = await bench.failureOf(bench.restore(limited, restoreSourceOf(fixture, parts), { clean: fixture.nameOf(target) }));
    expect(isCbcrError(failure, 'engine.clean-failed') && failure.message).toContain('theirs');
    expect(await fixture.fingerprint(target)).toBe(before);
  });

  it('takes one of two restores that begin at the same time', async () => {
    const parts = await bench.captureAll(await fixture.makeSource('rich'));
    const target = await fixture.makeEmptyTarget();
    const both = await Promise.allSettled([0, 1].map(() => bench.restore(target, restoreSourceOf(fixture, parts))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [lost] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(isCbcrError(lost, 'engine.target-not-empty')).toBe(true);
  });
});

describe('an attempt of a restore that froze', () => {
  const [first, second] = [1, 2].map((attempt) => ({ id: 'run_0FROZEN', attempt }));
  const signal = new AbortController().signal;
  const open = async (url: string, owner: RestoreOwner | undefined) =>
    await openSession(parseConnection(url), {
      signal,
      clock: systemClock,
      fallback: (cause) => new CbcrError('run.unexpected', { cause }),
      applicationName: attemptApplication(owner),
    });
  const claim = async (url: string, owner: RestoreOwner | undefined) => {
    const session = await open(url, owner);
    await claimTarget(session, { connection: parseConnection(url), signal, clock: systemClock, owner });
    return session;
  };

  it('does not hold the lock of the target against the next one, and does not declare the target complete', async () => {
    const target = await fixture.makeEmptyTarget();
    const connection = parseConnection(target);
    const frozen = await claim(target, first);
    await frozen.query('begin');
    await lockTarget(frozen);
    const newer = await claim(target, second);
    expect(isCbcrError(await bench.failureOf(frozen.query('select 1')), 'engine.unreachable')).toBe(true);
    const awake = await open(target, first);
    expect(isCbcrError(await bench.failureOf(releaseTarget(awake, { connection, owner: first })), 'run.lost')).toBe(true);
    await awake.close();
    expect(await hasMarker(newer)).toBe(true);
    await releaseTarget(newer, { connection, owner: second });
    expect(await hasMarker(newer)).toBe(false);
    await Promise.all([frozen, newer].map((session) => session.close()));
  });

  it('gets no tool into the target any more', async () => {
    const target = await fixture.makeEmptyTarget();
    const held = await claim(target, first);
    const connectAs = async (owner: RestoreOwner | undefined) => {
      const url = new URL(target);
      const settings = Object.entries(fencedSettings(markerSchema, owner)).map(([name, value]) => `-c ${name}=${value}`);
      url.searchParams.set('options', settings.join(' '));
      return await fixture.run(url.href, 'select 1 as one');
    };
    expect(await connectAs(first)).toEqual([{ one: 1 }]);
    const newer = await claim(target, second);
    await expect(connectAs(first)).rejects.toThrow('default_text_search_config');
    expect(await connectAs(second)).toEqual([{ one: 1 }]);
    await Promise.all([held, newer].map((session) => session.close()));
  });
});
