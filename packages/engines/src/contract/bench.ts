import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { instanceIdSchema, systemClock } from '@cbcr/domain';
import type { Capture, EngineContext, RestoreOptions, RestoreSource } from '../engine.ts';
import { listChildren } from './children.ts';
import type { EngineFixture } from './engine-fixture.ts';

const instance = instanceIdSchema.parse('contract');

/** The bytes of a finished capture, kept in memory. */
export interface CapturedParts {
  facts: Record<string, string>;
  streams: ReadonlyMap<string, Buffer>;
}

/** One test's dealings with an engine; remembers everything that it said. */
export class EngineBench {
  readonly fixture: EngineFixture;
  readonly #said: string[] = [];
  readonly #scratchFolders: string[] = [];

  constructor(fixture: EngineFixture) {
    this.fixture = fixture;
  }

  async context(signal = new AbortController().signal): Promise<EngineContext> {
    const scratchFolder = await mkdtemp(join(tmpdir(), 'cbcr-engine-contract-'));
    this.#scratchFolders.push(scratchFolder);
    return { signal, scratchFolder, note: (message, facts) => this.hear({ message, facts }) };
  }

  async startCapture(connection: string, signal?: AbortSignal): Promise<Capture> {
    return await this.fixture.engine.capture(connection, { ...(await this.context(signal)), instance });
  }

  async captureAll(connection: string): Promise<CapturedParts> {
    const capture = await this.startCapture(connection);
    try {
      const streams = new Map<string, Buffer>();
      for (const stream of capture.streams) streams.set(stream.name, await readAll(stream.open()));
      const facts = await capture.finish();
      this.hear(facts);
      return { facts, streams };
    } finally {
      await capture.dispose();
    }
  }

  async restore(
    connection: string,
    source: RestoreSource,
    { signal, ...plan }: { signal?: AbortSignal } & Partial<RestoreOptions> = {},
  ): Promise<void> {
    await this.fixture.engine.restore(connection, source, await this.context(signal), { jobs: 2, ...plan });
  }

  /** The reason of a rejection; throws when there is none. */
  async failureOf(work: Promise<unknown>): Promise<unknown> {
    const outcome = await work.then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    if (!outcome) throw new Error('it succeeded, and should have failed');
    this.hear(outcome.reason);
    return outcome.reason;
  }

  hear(words: unknown): void {
    this.#said.push(inspect(words, { depth: 10, showHidden: true }));
  }

  /** Adds what every user of the machine can see now. */
  async look(): Promise<void> {
    for (const child of await listChildren()) this.#said.push(child.commandLine);
  }

  /** Words that hold a secret; empty when all is well. */
  leaks(): string[] {
    return this.#said.filter((words) => this.fixture.secrets.some((secret) => words.includes(secret)));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#scratchFolders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** A restore's input, with one stream replaced where a test wants a fault. */
export function restoreSourceOf(
  fixture: EngineFixture,
  parts: CapturedParts,
  replace: (name: string, whole: Buffer) => Readable | undefined = () => undefined,
): RestoreSource {
  return {
    engine: fixture.engine.name,
    facts: parts.facts,
    streams: [...parts.streams].map(([name, whole]) => ({
      name,
      plaintextBytes: whole.length,
      open: () => replace(name, whole) ?? Readable.from(pieces(whole)),
    })),
  };
}

export function* pieces(whole: Buffer, pieceBytes = 64 * 1024): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
}

export function largestStream(parts: CapturedParts): string {
  return [...parts.streams].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? '';
}

export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Milliseconds that `work` takes. */
export async function measure(work: () => Promise<unknown>): Promise<number> {
  const start = systemClock.monotonicMs();
  await work();
  return systemClock.monotonicMs() - start;
}
