import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The last lines of a log from `fromByte` on, for an error's sentence or for finding out why a program ended. */
export function readLogTail(file: string, { fromByte = 0, maxBytes = 4096 } = {}): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(descriptor).size;
    const start = Math.max(fromByte, size - maxBytes);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

export function logSize(file: string): number {
  try {
    const descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    closeSync(descriptor);
    return size;
  } catch {
    return 0;
  }
}
