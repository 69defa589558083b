import { createHash } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../canonical-json.ts';
import type { AuditAction, FactsOfAction } from './audit-actions.ts';

/** One link of the chain. */
export interface AuditEvent {
  /** Counts up by one. */
  id: number;
  at: Date;
  /** Who: a user of the API, `config`, `scheduler`, or `run:<id>`. */
  actor: string;
  /** What, as noun.verb. An {@link AuditAction}, or one of an earlier version. */
  action: string;
  /** The id of what it happened to. */
  subject: string;
  /** Details for people; nothing secret. */
  facts: Readonly<Record<string, JsonValue>>;
  /** `hash` of the event before it; the chain's id for the first one. */
  prevHash: string;
  /** {@link hashAuditEvent} of all that. */
  hash: string;
}

/** What a writer says; the chain adds the rest. */
export type NewAuditEvent = {
  [Action in AuditAction]: { actor: string; action: Action; subject: string; facts?: FactsOfAction<Action> };
}[AuditAction];

/** SHA-256 (hex) over the canonical JSON of `{action, actor, at, facts, id, prev, subject}`; `at` is ISO 8601 in UTC with milliseconds. */
export function hashAuditEvent({ id, at, actor, action, subject, facts, prevHash }: Omit<AuditEvent, 'hash'>): string {
  const text = canonicalJson({ id, at: at.toISOString(), actor, action, subject, facts, prev: prevHash });
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Facts as they come back from the catalog: as JSON, without what Postgres cannot store (NUL, halves of surrogate pairs). Whoever hashes
 * anything else would hash what nobody can read again.
 */
export function storableFacts(facts: object): Readonly<Record<string, JsonValue>> {
  return JSON.parse(JSON.stringify(facts), (_name, value: unknown) => (typeof value === 'string' ? storableText(value) : value));
}

export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\u{fffd}');
