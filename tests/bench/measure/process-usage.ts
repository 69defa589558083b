import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface ProcessTimes {
  parent: number;
  seconds: number;
  ofEndedSeconds: number;
}

/**
 * CPU seconds of a process, of its living descendants and of those that ended and were waited for. A difference of two answers is what
 * happened between them.
 */
export function readTreeCpuSeconds(root: number): number {
  const all = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc')) {
    const times = /^\d+$/.test(entry) ? readTimes(Number(entry)) : undefined;
    if (times !== undefined) all.set(Number(entry), times);
  }
  const isBelow = (pid: number): boolean => {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  return [...all].reduce((sum, [pid, { seconds }]) => (isBelow(pid) ? sum + seconds : sum), 0);
}

function readTimes(pid: number): ProcessTimes | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name may hold blanks and parentheses; the fields after it are those of proc(5) from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (position: number) => Number(fields[position - 3]);
  const [parent, user, system, userOfEnded, systemOfEnded] = [4, 14, 15, 16, 17];
  const ofEndedSeconds = (at(userOfEnded) + at(systemOfEnded)) / ticksPerSecond;
  return { parent: at(parent), seconds: (at(user) + at(system)) / ticksPerSecond + ofEndedSeconds, ofEndedSeconds };
}

/** CPU seconds of children of this process that ended and were waited for, with everything below them. */
export const readEndedChildrenCpuSeconds = (): number => readTimes(process.pid)?.ofEndedSeconds ?? 0;

/** Lets the peak begin anew at what is in use now. */
export const resetPeakRss = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

export const readPeakRssBytes = (pid: number): number => {
  const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
};
