/**
 * A program of its own: outlives the process that started it by a moment and ends what that process left behind.
 *
 * It reads one JSON object per line from its standard input, a pipe whose other end only the watched process holds:
 * `{"watch": record}`, `{"forget": pid}`, `{"remove": folder}`, `{"keep": folder}`. When the pipe ends, however the watched
 * process died, all watched process groups are stopped and the folders removed.
 */
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type ProcessRecord, stopProcess } from './process-record.ts';

export type GuardMessage = { watch: ProcessRecord } | { forget: number } | { remove: string } | { keep: string };

const records = new Map<number, ProcessRecord>();
const folders = new Set<string>();

function receive(message: GuardMessage): void {
  if ('watch' in message) records.set(message.watch.pid, message.watch);
  else if ('forget' in message) records.delete(message.forget);
  else if ('remove' in message) folders.add(message.remove);
  else folders.delete(message.keep);
}

// A terminal's Ctrl-C and a closed session reach the watched process; the guard acts when that is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) receive(JSON.parse(line));

await Promise.all([...records.values()].map((record) => stopProcess(record, { deadlineMs: 2_000 })));
await Promise.all([...folders].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
