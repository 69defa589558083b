/** `pnpm bench:plan [instances] [points]`: what it costs to plan a change of a whole fleet, in time and memory. */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const answerSchema = z.object({
  instances: z.number(),
  points: z.number(),
  planningMs: z.number(),
  totalMs: z.number(),
  cpuMs: z.number(),
  peakBytes: z.number(),
  sum: z.object({ affected: z.number(), bytesToMove: z.number(), copiesToMake: z.array(z.object({ points: z.number() })) }),
});

const say = (line: string) => void process.stdout.write(`${line}\n`);
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'plan-process.ts'), ...process.argv.slice(2)], {
  maxBuffer: 16 * 1024 ** 2,
});
const answer = answerSchema.parse(JSON.parse(stdout));
const copies = answer.sum.copiesToMake.reduce((sum, { points }) => sum + points, 0);
say(`${cpus().length} cores, ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, node ${process.version}`);
say(`${answer.instances} instances with ${answer.points} points each; ${answer.sum.affected} affected, ${copies} copies to make`);
say(`planning ${seconds(answer.planningMs)}; with making up the fleet ${seconds(answer.totalMs)}, CPU ${seconds(answer.cpuMs)}`);
say(`peak memory ${(answer.peakBytes / 1024 ** 2).toFixed(0)} MiB`);
