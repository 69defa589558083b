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
export const renderEvents = (events: readonly PackedEvent[]): string => `[\n${events.map(renderEvent).join(',\n')}\n]\n`;

const renderEvent = ({ id, at, actor, action, subject, facts, prevHash, hash }: PackedEvent): string =>
  canonicalJson({ id, at, actor, action, subject, facts, prevHash, hash });

/** The lines that hold events, whatever they hold. */
export function eventLines(text: string): string[] {
  const body = text.replace(/^\[\n/, '').replace(/\n\]\n$/, '');
  return body === '' ? [] : body.split('\n').map((line) => line.replace(/,$/, ''));
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
