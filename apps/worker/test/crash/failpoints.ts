import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The moment right before or right after a deed, such as `before points.complete`. */
export type Failpoint = `${'before' | 'after'} ${string}`;

export interface ArmedFailpoint {
  /** Of this arming, so that a process counts anew for each. */
  id: string;
  name: Failpoint;
  /** The process dies when it comes here for this time; the first is 1. */
  time: number;
}

/** One line for each segment that was asked to be stored or read, written before it was. */
export interface JournalEntry {
  deed: string;
  key: string;
}

/**
 * Failpoints of the worker processes of one lane, by files that survive them: whichever process first comes to what is armed takes it, says so
 * durably, and kills itself with SIGKILL.
 */
export function createFailpoints(folder: string, lane: string) {
  const [armedFile, hitFile, journalFile] = ['armed', 'hit', 'journal'].map((name) => join(folder, `${lane}.${name}`)) as [
    string,
    string,
    string,
  ];
  const seen = new Map<string, number>();

  const readArmed = (): ArmedFailpoint | null => {
    try {
      return JSON.parse(readFileSync(armedFile, 'utf8')) as ArmedFailpoint;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  const reach = (name: Failpoint): void => {
    const armed = readArmed();
    if (armed?.name !== name) return;
    const time = (seen.get(armed.id) ?? 0) + 1;
    seen.set(armed.id, time);
    if (time === armed.time) die();
  };
  const die = (): void => {
    try {
      renameSync(armedFile, hitFile);
    } catch (error) {
      // Another process of the lane was first.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    const entry = openSync(folder, 'r');
    fsyncSync(entry);
    closeSync(entry);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way: not one statement more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };

  return {
    reach,
    async around<Result>(deed: string, work: () => Promise<Result>): Promise<Result> {
      reach(`before ${deed}`);
      const result = await work();
      reach(`after ${deed}`);
      return result;
    },
    note(entry: JournalEntry): void {
      appendFileSync(journalFile, `${JSON.stringify(entry)}\n`);
    },
    /** For the test: the next process that comes here dies. */
    arm(failpoint: ArmedFailpoint): void {
      writeFileSync(`${armedFile}.new`, JSON.stringify(failpoint));
      renameSync(`${armedFile}.new`, armedFile);
    },
    /** For the test: which arming was hit last. */
    lastHit: (): string | null => (existsSync(hitFile) ? (JSON.parse(readFileSync(hitFile, 'utf8')) as ArmedFailpoint).id : null),
    journal: (): JournalEntry[] =>
      existsSync(journalFile)
        ? readFileSync(journalFile, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as JournalEntry)
        : [],
  };
}

export type Failpoints = ReturnType<typeof createFailpoints>;
