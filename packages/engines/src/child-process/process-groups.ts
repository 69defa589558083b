/**
 * Children run in process groups of their own, so that whatever they start dies with them. The price: a signal from the terminal does not
 * reach them, so the groups that are alive are killed when this process exits, however it comes to that.
 */
const aliveGroups = new Set<number>();

export function rememberGroup(leaderPid: number): void {
  if (aliveGroups.size === 0) process.on('exit', killAllGroups);
  aliveGroups.add(leaderPid);
}

export function forgetGroup(leaderPid: number): void {
  aliveGroups.delete(leaderPid);
  if (aliveGroups.size === 0) process.off('exit', killAllGroups);
}

/** A group that has already gone is no error. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal);
  } catch {
    // ESRCH: nobody is left to receive it.
  }
}

function killAllGroups(): void {
  for (const leaderPid of aliveGroups) signalGroup(leaderPid, 'SIGKILL');
}
