import type { ErrorCode } from '@cbcr/domain';
import type { Engine } from '../engine.ts';

/**
 * `rich`   everything that the engine claims to keep, with unicode and hostile names
 * `empty`  a source without contents
 * `large`  at least 24 MiB in one stream, so that a capture is still under way when its first bytes have arrived
 */
export type SourceKind = 'rich' | 'empty' | 'large';

export interface EngineFixture {
  engine: Engine;
  /** Connection strings, with their secrets. Called many times; what they name is removed by `dispose`. */
  makeSource(kind: SourceKind): Promise<string>;
  makeEmptyTarget(): Promise<string>;
  /** What `clean` has to be called with. */
  nameOf(connection: string): string;
  /** One sentence per difference. */
  compare(source: string, target: string): Promise<readonly string[]>;
  /** A text that changes whenever the database does. */
  fingerprint(connection: string): Promise<string>;
  /** Lets whatever produces the bytes of a capture that is under way die, as a crash would. */
  killProducer(source: string): Promise<void>;
  /** What must never be seen: passwords, in every form. */
  secrets: readonly string[];
  /** Sources that cannot be captured, and the error that says why. */
  failures: readonly { what: string; connection: string; code: ErrorCode }[];
  invalidConnections: readonly string[];
  dispose(): Promise<void>;
}
