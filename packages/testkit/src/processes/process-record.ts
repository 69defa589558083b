import type { Clock } from '@cbcr/domain';
import { isGroupAlive, signalGroup } from './process-group.ts';
import { readProcessIdentity } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

/** What must be known to find a process again from another process. Safe to write to disk. */
export interface ProcessRecord {
  name: string;
  /** Leader of its own process group, so also the group's id. */
  pid: number;
  /** From readProcessIdentity: a reused pid is never taken for this process. */
  identity: string;
  logFile: string;
  /** What asks this program to end cleanly. */
  stopSignal: 'SIGTERM' | 'SIGINT';
}

export const isProcessAlive = (record: ProcessRecord) => readProcessIdentity(record.pid) === record.identity;

/** Signals the whole process group. Does nothing when the process is gone or its pid belongs to another. */
function signalProcess(record: ProcessRecord, signal: NodeJS.Signals): void {
  if (isProcessAlive(record)) signalGroup(record.pid, signal);
}

/** SIGKILL for the process and its children; resolves when it is gone. */
export async function killProcess(record: ProcessRecord, clock?: Clock): Promise<void> {
  signalProcess(record, 'SIGKILL');
  await waitUntil(() => !isProcessAlive(record), { deadlineMs: 10_000, intervalMs: 5, ...(clock && { clock }) });
}

/**
 * Asks the process to stop, waits until its whole group is gone, and kills what is left at the deadline.
 * Resolves with how it ended; a process that was already gone is 'absent'.
 */
export async function stopProcess(
  record: ProcessRecord,
  { deadlineMs = 10_000, clock }: { deadlineMs?: number; clock?: Clock } = {},
): Promise<'stopped' | 'killed' | 'absent'> {
  if (!isProcessAlive(record)) return 'absent';
  signalGroup(record.pid, record.stopSignal);
  const isGone = () => !isProcessAlive(record) && !isGroupAlive(record.pid);
  const wait = { intervalMs: 10, ...(clock && { clock }) };
  if (await waitUntil(isGone, { deadlineMs, ...wait })) return 'stopped';
  signalGroup(record.pid, 'SIGKILL');
  await waitUntil(isGone, { deadlineMs: 10_000, ...wait });
  return 'killed';
}
