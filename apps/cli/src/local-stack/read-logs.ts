import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface LogFile {
  process: string;
  file: string;
}

export interface LogLine {
  process: string;
  line: string;
}

const tailBytes = 256 * 1024;

/** The last `count` lines of several logs together, in the order of their times. A line without a time belongs to the line before it. */
export function readLastLines(files: readonly LogFile[], count: number): LogLine[] {
  const timed = files.flatMap((log) => {
    let timeMs = 0;
    return splitLines(readFrom(log.file, null).text).map((line) => {
      timeMs = readTime(line) ?? timeMs;
      return { process: log.process, line, timeMs };
    });
  });
  return timed
    .sort((a, b) => a.timeMs - b.timeMs)
    .slice(-count)
    .map(({ process, line }) => ({ process, line }));
}

/** Gives the lines that were added since the last call; the first call starts at the end of each file. */
export function createLogFollower(files: readonly LogFile[]): () => LogLine[] {
  const places = files.map((log) => ({ log, offset: readFrom(log.file, null).end, rest: '' }));
  return () =>
    places.flatMap((place) => {
      const { text, end } = readFrom(place.log.file, place.offset);
      place.offset = end;
      const lines = (place.rest + text).split('\n');
      place.rest = lines.pop() ?? '';
      return lines.filter((line) => line !== '').map((line) => ({ process: place.log.process, line }));
    });
}

const splitLines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Our own services write JSON with a time; Postgres begins its lines with one. */
function readTime(line: string): number | null {
  const found = /^\{.*?"time":"([^"]+)"/.exec(line)?.[1] ?? /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? UTC)/.exec(line)?.[1];
  const timeMs = found === undefined ? Number.NaN : Date.parse(found);
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** From `offset` to the end; null begins shortly before the end, with a whole line. A file that became shorter is read from its beginning. */
function readFrom(file: string, offset: number | null): { text: string; end: number } {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return { text: '', end: 0 };
  }
  try {
    const { size } = fstatSync(descriptor);
    const wanted = offset ?? Math.max(0, size - tailBytes);
    const begin = wanted > size ? 0 : wanted;
    const buffer = Buffer.alloc(size - begin);
    const got = readSync(descriptor, buffer, 0, buffer.length, begin);
    const text = buffer.toString('utf8', 0, got);
    return { text: offset === null && begin > 0 ? text.slice(text.indexOf('\n') + 1) : text, end: begin + got };
  } finally {
    closeSync(descriptor);
  }
}
