import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { systemClock } from '@cbcr/domain';
import type { Figures } from '../measurements.ts';
import { readEndedChildrenCpuSeconds, readTreeCpuSeconds } from './process-usage.ts';

/** Runs a shell command to its end. Secrets go by `environment`, never by the command. Throws when it fails. */
export async function measureCommand(
  command: string,
  { environment, serverPids = [] }: { environment: Record<string, string | undefined>; serverPids?: readonly number[] },
): Promise<Pick<Figures, 'seconds' | 'cpuSeconds' | 'serverCpuSeconds'>> {
  const serverCpu = () => serverPids.reduce((sum, pid) => sum + readTreeCpuSeconds(pid), 0);
  const before = { ended: readEndedChildrenCpuSeconds(), servers: serverCpu() };
  const started = systemClock.monotonicMs();
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  const seconds = (systemClock.monotonicMs() - started) / 1000;
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.trim()}`);
  return {
    seconds,
    cpuSeconds: readEndedChildrenCpuSeconds() - before.ended,
    serverCpuSeconds: serverCpu() - before.servers,
  };
}
