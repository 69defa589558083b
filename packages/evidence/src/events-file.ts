import { type AuditEvent, canonicalJson, hashAuditEvent } from '@cbcr/domain';
import { z } from 'zod';

/** An event as it stands in a pack: a moment is text there. */
export type PackedEvent = Omit<AuditEvent, 'at'> & { at: string };

const eventSchema = z.strictObject({
  id: z.number(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  facts: z.record(z.string(), z.json()),
  prevHash: z.string(),
  hash: z.string(),
});

/** A list in JSON with one event on each line, in canonical form: what is changed in one line is told by its line. */
export const eventsFrame = { begin: '[\n', between: ',\n', end: '\n]\n' } as const;

export const renderEvent = ({ id, at, actor, action, subject, facts, prevHash, hash }: PackedEvent): string =>
  canonicalJson({ id, at, actor, action, subject, facts, prevHash, hash });

/** The lines that hold events, whatever they hold. */
export async function* eventLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let position = 0;
  /** The last two lines may be the end of the list, and an empty one before them the whole of it. */
  let held: string[] = [];
  let isBegun = false;
  const textOf = (line: string) => line.replace(/,$/, '');
  for await (const line of splitLines(bytes)) {
    if (position++ === 0 && line === '[') continue;
    held.push(line);
    if (held.length < 4) continue;
    yield textOf(held.shift() ?? '');
    isBegun = true;
  }
  if (held.length >= 2 && held.at(-2) === ']' && held.at(-1) === '') held = held.slice(0, -2);
  if (!isBegun && held.length === 1 && held[0] === '') return;
  for (const line of held) yield textOf(line);
}

/** As `split('\n')` of the whole text would. */
async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  for await (const chunk of bytes) {
    let begin = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, begin)) {
      parts.push(chunk.subarray(begin, end));
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      begin = end + 1;
    }
    parts.push(chunk.subarray(begin));
  }
  yield Buffer.concat(parts).toString('utf8');
}

/** Null when the line is no event in canonical form. */
export function readEvent(line: string): PackedEvent | null {
  try {
    const parsed = eventSchema.safeParse(JSON.parse(line));
    return parsed.success && renderEvent(parsed.data) === line ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Whether the event is what its hash says. */
export const isItself = ({ at, hash, ...event }: PackedEvent): boolean => hashAuditEvent({ ...event, at: new Date(at) }) === hash;
