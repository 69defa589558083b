import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Figures } from '../measurements.ts';
import { readPeakRssBytes, readTreeCpuSeconds } from './process-usage.ts';

/**
 * Runs one of our own programs with an order and gives its report, with what it used; in a process of its own, so that memory and CPU
 * are its own. Throws when the program says that it failed.
 */
export async function measureProcess<Report extends object>(
  program: string,
  order: object,
  serverPids: readonly number[] = [],
): Promise<Report & Pick<Figures, 'cpuSeconds' | 'serverCpuSeconds' | 'peakRssBytes'>> {
  const serverCpu = () => serverPids.reduce((sum, pid) => sum + readTreeCpuSeconds(pid), 0);
  const child = fork(program);
  const exit = once(child, 'exit');
  const before = serverCpu();
  try {
    child.send(order);
    const answer = await Promise.race([once(child, 'message'), exit.then(([code]) => [{ failed: `it ended with ${code}` }])]);
    const report: Report | { failed: string } = answer[0];
    if ('failed' in report) throw new Error(`${program}: ${report.failed}`);
    const pid = child.pid ?? 0;
    return {
      ...report,
      cpuSeconds: readTreeCpuSeconds(pid),
      serverCpuSeconds: serverCpu() - before,
      peakRssBytes: readPeakRssBytes(pid),
    };
  } finally {
    if (child.connected) child.disconnect();
    await exit;
  }
}
