import { readdirSync } from 'node:fs';
import { readProcStat } from './proc-stat.ts';

/** Signals every member; false when the group has none. A group's id is not given to another process while it has members. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether a member still runs. Zombies do not count. */
export function isGroupAlive(groupId: number): boolean {
  if (!signalGroup(groupId, 0)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isLivingMember(name, groupId));
}

function isLivingMember(pid: string, groupId: number): boolean {
  try {
    return readProcStat(pid)?.groupId === groupId;
  } catch {
    return false;
  }
}
