import type { Readable } from 'node:stream';
import type { InstanceId } from '@cbcr/domain';
import type { z } from 'zod';

export interface EngineCapabilities {
  /** The streams of a capture may be read at the same time; otherwise one after the other, in order. */
  parallelStreams: boolean;
  /** The same source state gives the same bytes, so a broken capture may resume. False for dumps. */
  stableBytes: boolean;
}

/** Facts about a source that are safe to show and to put into a manifest: never a credential, never a host with a password. */
export interface SourceFacts {
  /** For people: `shop on 10.0.0.5:5432`. */
  target: string;
  serverVersion: string;
  toolVersion: string;
  /** Rough size of the plaintext; null when unknown. For progress only. */
  estimatedBytes: number | null;
}

export interface CaptureStream {
  /** `[a-z0-9-]{1,63}`, unique in the capture. */
  name: string;
  /**
   * Starts to produce. Called once, and unless `parallelStreams` only after the stream before has ended. The readable fails (error, not end) when the producer dies, is killed or exits non-zero: an `end`
   * is a promise that the stream is whole. Destroying it ends the producer.
   */
  open(): Readable;
  /** Each piece is memory that nobody else has, now or later: whoever has read it may give it back. */
  freshPieces: boolean;
}

export interface Capture {
  /** The moment that the capture shows; never later than its contents. By the clock of the source where it has one. */
  capturedAt: Date;
  streams: readonly CaptureStream[];
  /**
   * Called once after every stream has ended. Rejects when anything about the capture was not whole; only when it resolves may a
   * recovery point be committed. Resolves with facts that go into the manifest.
   */
  finish(): Promise<Record<string, string>>;
  /** Releases the source (snapshot, connections, children). Called always, also after a failure, and perhaps twice. Never rejects. */
  dispose(): Promise<void>;
}

export interface EngineContext {
  /** Aborting ends children and connections within two seconds; pending calls reject with the signal's reason. */
  signal: AbortSignal;
  /** Folder for scratch files, private to this run, removed by the caller. In the region of the worker. */
  scratchFolder: string;
  /** Structured notes for the log of the run. Never a secret. */
  note(message: string, facts?: Record<string, unknown>): void;
}

export interface RestoreStream {
  name: string;
  plaintextBytes: number;
  /** Opens the plaintext. Fails if a hash does not match; an `end` promises that every byte was checked. */
  open(): Readable;
}

export interface RestoreSource {
  engine: string;
  facts: Record<string, string>;
  streams: readonly RestoreStream[];
}

export interface RestoreOptions {
  /** Upper bound for parallel work in the target. */
  jobs: number;
  /** The target's exact name, as a confirmation that everything in it may be removed first. Absent: a target that is not empty is refused. */
  clean?: string | undefined;
  /**
   * A target that the same owner left incomplete was empty when it began, so it is emptied without confirmation and restored again: a restore may be
   * killed anywhere and continue. Whatever an earlier attempt of the owner still does changes nothing in the target from then on.
   */
  owner?: RestoreOwner | undefined;
  /**
   * Called once everything is in place, right before the target ceases to say that it is incomplete; the restore waits for it and fails as it fails. Keep
   * the receipt durably: a later attempt asks `isRestored` with it. It holds no secret.
   */
  beforeComplete?: ((receipt: string) => Promise<void>) | undefined;
}

export interface RestoreOwner {
  /** A run's id: letters, digits and underscores, at most 40. */
  id: string;
  /** Rises with every start of the run (its epoch). An attempt that finds a later one in the target throws `run.lost`. */
  attempt: number;
}

/** A restore that came as far as `beforeComplete`, in an earlier attempt than the owner's present one. */
export interface FinishedRestore {
  owner: RestoreOwner;
  receipt: string;
}

/** What is known of a restore before it begins. */
export interface RestorePlan extends Pick<RestoreOptions, 'clean' | 'owner'> {
  /** Those of the capture. */
  facts?: RestoreSource['facts'];
}

/**
 * A driver for one kind of database. The suite in `contract/` tests what is promised here. Stateless: everything it needs is passed in.
 * `connection` is the resolved connection string, with its secret; it must never reach a command line, a log, an error or a file that others can read.
 * Errors are `CbcrError`s of the `engine.*` codes, except an abort, which rejects with the signal's reason.
 */
export interface Engine {
  readonly name: string;
  readonly capabilities: EngineCapabilities;
  /** Validates a connection string; the message of a failure never repeats it. */
  readonly connectionSchema: z.ZodType<string>;
  /** The connection without its secret, for people. */
  describe(connection: string): string;
  /** Checks reachability, rights and that the tools fit the server, before any work. */
  inspect(connection: string, context: EngineContext): Promise<SourceFacts>;
  capture(connection: string, context: EngineContext & { instance: InstanceId }): Promise<Capture>;
  /**
   * Changes nothing. Refuses a target that is missing (`engine.database-missing`), that is what was captured (`engine.target-is-source`), or that is not
   * empty (`engine.target-not-empty`); with `clean` it may hold something, but has to be called exactly that (`engine.clean-unconfirmed`).
   */
  checkTarget(connection: string, context: EngineContext, plan?: RestorePlan): Promise<void>;
  /**
   * Whether the earlier attempt that gave this receipt went on to complete the target, so that nothing is left to do. What it left running is ended first:
   * after `false` it completes nothing any more.
   */
  isRestored(connection: string, context: EngineContext, finished: FinishedRestore): Promise<boolean>;
  /**
   * Checks the target again, and whether it can take this capture (`engine.target-unfit`);
   * empties it if that was confirmed (`engine.clean-failed`: nothing was removed); then restores every stream. Resolves only when the target is complete.
   * A restore that fails or is aborted after it began to write leaves a target that says so: `checkTarget` refuses it as "an incomplete restore", `inspect`
   * and `capture` refuse it with `engine.source-incomplete`. Such a failure is `engine.restore-failed`, or the error of the stream that failed.
   */
  restore(connection: string, source: RestoreSource, context: EngineContext, options: RestoreOptions): Promise<void>;
}
