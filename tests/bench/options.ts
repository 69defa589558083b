import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { measurementNames } from './measurements.ts';

const checkout = join(import.meta.dirname, '../..');

const schema = z.strictObject({
  megabytes: z.coerce.number().int().min(16).default(1024),
  repeat: z.coerce.number().int().min(1).max(20).default(1),
  runs: z.coerce.number().int().min(100).default(5_000),
  seed: z.coerce.number().int().default(1),
  store: z.enum(['s3', 'fs']).default('s3'),
  only: z.array(z.string()).default([]),
  folder: z.string().optional(),
  append: z.boolean().default(false),
  output: z.string().default(join(checkout, '.results/bench.json')),
  help: z.boolean().default(false),
});
export type BenchOptions = z.infer<typeof schema>;

export const usage = `pnpm bench [options]

  --megabytes N   size of the generated database (default 1024)
  --repeat N      how often each measurement is made; the median is shown (default 1)
  --only NAME     only these measurements and what they need; may be repeated
  --runs N        runs for the measurements of catalog and queue (default 5000)
  --seed N        of the generated data (default 1)
  --store s3|fs   what the regions' stores are (default s3)
  --folder PATH   where everything is put; needs about six times the size of the database (default: the system's temporary folder)
  --output FILE   where the JSON goes, after every measurement (default .results/bench.json)
  --append        adds to the results in that file, for what does not fit into one quiet time; they are of the same data

measurements: ${measurementNames.join(', ')}
`;

/** Throws an Error that says what is wrong with the arguments. */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    options: {
      megabytes: text,
      repeat: text,
      runs: text,
      seed: text,
      store: text,
      folder: text,
      output: text,
      only: { type: 'string', multiple: true },
      append: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const unknown = parsed.data.only.filter((name) => !measurementNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; there are ${measurementNames.join(', ')}`);
  return parsed.data;
}
