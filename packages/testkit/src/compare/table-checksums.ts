import type postgres from 'postgres';

export interface TableFingerprint {
  rows: number;
  /** Sum of a 64-bit hash of each row's text: independent of order, and a row that is there twice counts twice. */
  checksum: string;
}

interface Table {
  name: string;
  /** Blocks that one query reads; a large table is shared among the connections. */
  firstBlock: number;
  lastBlock: number | null;
}

/** About 32 MiB of a table's own pages; pieces keep all connections busy until the end. */
const blocksPerPiece = 4096;
const largeTableBytes = 48 * 1024 * 1024;

/** Checksums all tables over `lanes`, which join the snapshot that `main` exported. */
export async function checksumTables(
  main: postgres.TransactionSql,
  lanes: postgres.Sql[],
  snapshot: string,
): Promise<Record<string, TableFingerprint>> {
  const pieces = await listPieces(main);
  const sums = new Map<string, { rows: number; checksum: bigint }>(pieces.map(({ name }) => [name, { rows: 0, checksum: 0n }]));
  const queue = [...pieces];
  await Promise.all(
    lanes.map((lane) =>
      lane.begin('isolation level repeatable read read only', async (transaction) => {
        await transaction.unsafe(`set transaction snapshot '${snapshot.replaceAll("'", '')}'`);
        for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
          const sum = sums.get(piece.name);
          const part = await checksumPiece(transaction, piece);
          if (sum !== undefined) {
            sum.rows += part.rows;
            sum.checksum += part.checksum;
          }
        }
      }),
    ),
  );
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, { rows, checksum }]) => [name, { rows, checksum: String(checksum) }]));
}

async function listPieces(sql: postgres.TransactionSql): Promise<Table[]> {
  const tables = await sql<{ name: string; blocks: number; bytes: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name,
      (pg_relation_size(c.oid) / current_setting('block_size')::int)::int as blocks, pg_table_size(c.oid)::text as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    order by pg_table_size(c.oid) desc`;
  return tables.flatMap(({ name, blocks, bytes }) => {
    // A table of few pages may be large nevertheless: its large values are stored elsewhere.
    const count = Number(bytes) < largeTableBytes ? 1 : Math.max(2, Math.ceil(Number(bytes) / (blocksPerPiece * 8192)));
    const size = Math.ceil(blocks / count);
    if (size === 0 || count === 1) return [{ name, firstBlock: 0, lastBlock: null }];
    return Array.from({ length: count }, (_, i) => ({ name, firstBlock: i * size, lastBlock: i === count - 1 ? null : (i + 1) * size }));
  });
}

async function checksumPiece(sql: postgres.TransactionSql, { name, firstBlock, lastBlock }: Table) {
  const bounds = [...(firstBlock > 0 ? [`ctid >= '(${firstBlock},0)'`] : []), ...(lastBlock === null ? [] : [`ctid < '(${lastBlock},0)'`])];
  const where = bounds.length === 0 ? '' : `where ${bounds.join(' and ')}`;
  // The alias is one that no column has: a column of that name would hide the row.
  const [result] = await sql.unsafe<{ rows: string; checksum: string }[]>(
    `select count(*)::text as rows, coalesce(sum(hashtextextended("the whole row"::text, 0)), 0)::text as checksum
     from only ${name} as "the whole row" ${where}`,
  );
  return { rows: Number(result?.rows ?? 0), checksum: BigInt(result?.checksum ?? 0) };
}
