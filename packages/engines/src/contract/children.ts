import { readdir, readFile } from 'node:fs/promises';

export interface ChildProcessFacts {
  pid: number;
  /** As every user of the machine can read it, separated by spaces. */
  commandLine: string;
}

/** The living children of this process, and their children. Reads /proc, so it needs Linux. */
export async function listChildren(ancestorPid = process.pid): Promise<ChildProcessFacts[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = (await Promise.all(pids.map(readProcess))).flatMap((found) => (found ? [found] : []));
  const descendants = (parentPid: number): ChildProcessFacts[] =>
    processes.filter((found) => found.parentPid === parentPid).flatMap((found) => [found, ...descendants(found.pid)]);
  return descendants(ancestorPid).map(({ pid, commandLine }) => ({ pid, commandLine }));
}

/** False for a process that has ended, even when nobody has asked yet how. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await readProcess(pid)) !== undefined;
}

async function readProcess(pid: number): Promise<(ChildProcessFacts & { parentPid: number }) | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile(`/proc/${pid}/cmdline`, 'utf8')]);
    // `pid (name) state ppid …`, where the name may hold anything.
    const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || parentPid === undefined) return undefined;
    return { pid, parentPid: Number(parentPid), commandLine: commandLine.split('\0').join(' ') };
  } catch {
    return undefined;
  }
}
