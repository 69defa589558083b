import { readFile } from 'node:fs/promises';
import postgres from 'postgres';

export interface SampleOptions {
  /** Size of the loaded database on the server (pg_database_size); a plain dump of it is larger still. */
  megabytes?: number;
  /** The same seed and size give the same rows. */
  seed?: number;
}

/** Each stage's scripts run at the same time, on connections of their own. */
const stages = [
  ['1-schema'],
  ['2-documents', '2-customers-and-orders', '2-events-and-reviews'],
  ['3-index-orders', '3-index-others'],
  ['4-rules'],
];

/** Fills an empty database with a shop: tables of all sorts, awkward values and identifiers, nothing that a user's database may not have. */
export async function loadSampleDatabase(url: string, { megabytes = 200, seed = 1 }: SampleOptions = {}): Promise<void> {
  const connections = Array.from({ length: 3 }, () => connect(url));
  try {
    await connections[0]?.unsafe(buildFunctions(megabytes, seed)).simple();
    for (const scripts of stages) {
      await Promise.all(scripts.map(async (script, lane) => connections[lane]?.unsafe(await readScript(script)).simple()));
    }
  } finally {
    await Promise.all(connections.map((sql) => sql.end()));
  }
}

/** Inserts, updates and deletes rows, and moves sequences: what happens between two backups. */
export async function changeSampleDatabase(url: string): Promise<void> {
  const sql = connect(url);
  try {
    await sql.unsafe(await readScript('change')).simple();
  } finally {
    await sql.end();
  }
}

const readScript = (name: string) => readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');

const connect = (url: string) =>
  postgres(url, {
    max: 1,
    // A machine that has other work makes a connection slowly.
    connect_timeout: 180,
    onnotice: () => {},
    connection: {
      synchronous_commit: 'off',
      work_mem: '64MB',
      maintenance_work_mem: '128MB',
      TimeZone: 'UTC',
      application_name: 'cbcr sample data',
    },
  });

/** Deterministic dice for the scripts; dropped when the data are loaded. The database's fixed part is about 8 MB. */
const buildFunctions = (megabytes: number, seed: number) => {
  const scale = Math.max(0.01, (megabytes - 8) / 210);
  return `
    create schema sample_build;
    create function sample_build.rows(n int) returns int language sql immutable as $$ select ceil(n * ${scale}::float8)::int $$;
    create function sample_build.roll(i bigint, salt int, n int) returns int language sql immutable as
      $$ select ((hashint8extended(i, ${Math.trunc(seed)}::bigint * 1000 + salt) & 9223372036854775807) % n)::int $$;
    create function sample_build.pick(i bigint, salt int, options text[]) returns text language sql immutable as
      $$ select options[1 + sample_build.roll(i, salt, cardinality(options))] $$;
    create table sample_build.sentences as
      select i, string_agg(sample_build.pick(i * 64 + w, 50, '{der,große,ship,crosses,море,quietly,während,les,enfants,jouent,雨,and,тихо,über,dem,garden}'), ' ' order by w)
        || '. ' as words
      from generate_series(0, 999) as i, generate_series(1, 12 + i % 9) as w group by i;
    create unique index on sample_build.sentences (i);
    create function sample_build.prose(i bigint, salt int) returns text language sql stable as
      $$ select string_agg(words, '' order by sentences.i) from sample_build.sentences
         where sentences.i = any (array[sample_build.roll(prose.i, salt, 1000), sample_build.roll(prose.i, salt + 50, 1000), sample_build.roll(prose.i, salt + 90, 1000)]) $$;
  `;
};
