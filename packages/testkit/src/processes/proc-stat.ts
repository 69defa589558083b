import { readdirSync, readFileSync } from 'node:fs';

/** What Linux says of a living process. */
export interface ProcStat {
  groupId: number;
  /** Clock ticks since the machine was started. */
  startTicks: string;
}

/**
 * Reads `/proc/PID/stat`; undefined when there is no such process or only its zombie: where pid 1 reaps nothing, as in many containers,
 * zombies stay for ever. A process whose first thread has ended counts as living while others have not: they hold its ports and files.
 * Throws when the process disappears in between.
 */
export function readProcStat(pid: number | string): ProcStat | undefined {
  const fields = readStatFields(`/proc/${pid}/stat`);
  const [groupId, startTicks] = [fields[2], fields[19]];
  if (groupId === undefined || startTicks === undefined) return undefined;
  return hasEnded(fields) && !hasLivingThread(pid) ? undefined : { groupId: Number(groupId), startTicks };
}

// The second field is the program's name in parentheses and may itself hold blanks and parentheses.
function readStatFields(path: string): string[] {
  const stat = readFileSync(path, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const hasEnded = ([state]: string[]) => state === 'Z' || state === 'X';

const hasLivingThread = (pid: number | string) =>
  readdirSync(`/proc/${pid}/task`).some((thread) => {
    try {
      return !hasEnded(readStatFields(`/proc/${pid}/task/${thread}/stat`));
    } catch {
      return false;
    }
  });
