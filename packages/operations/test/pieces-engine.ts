import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CbcrError } from '@cbcr/domain';
import type { Engine } from '@cbcr/engines';
import { z } from 'zod';

/** Called before each piece of a capture is given out; what it throws breaks the stream, as a dying child would. */
type BeforePiece = (index: number, signal: AbortSignal) => Promise<void> | void;

/**
 * An engine that keeps its promises and holds its databases in memory: each piece is a stream, so that a small point has many segments.
 * `pieces:<name>` is a connection.
 */
export interface PiecesEngine extends Engine {
  /** What each connection was restored to. A connection that is only begun has `incomplete: true`. */
  readonly targets: ReadonlyMap<string, { pieces: string[]; incomplete: boolean }>;
  /** The content of a source, as `targets` would hold it. */
  contents(connection: string): string[];
  /** Captures begun and not disposed of. */
  readonly open: number;
  beforePiece: BeforePiece;
  /** As {@link beforePiece}, for a restore, before it reads a piece. */
  beforeRead: BeforePiece;
  /** Called once a restore has read everything, before it is complete. */
  afterReads: () => Promise<void> | void;
}

const pieceCount = 8;
const pieceBytes = 20_000;

/** Bytes that do not compress, the same for the same name. */
function pieceOf(connection: string, index: number): Buffer {
  const digests = Array.from({ length: pieceBytes / 20 }, (_, n) => createHash('sha1').update(`${connection} ${index} ${n}`).digest());
  return Buffer.concat(digests);
}
const nameOf = (index: number) => `piece-${String(index).padStart(2, '0')}`;
const fingerprint = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export function createPiecesEngine(): PiecesEngine {
  const targets = new Map<string, { pieces: string[]; incomplete: boolean }>();
  const owners = new Map<string, string | undefined>();
  let open = 0;
  const engine: PiecesEngine = {
    name: 'pieces',
    capabilities: { parallelStreams: false, stableBytes: false },
    connectionSchema: z.string().startsWith('pieces:'),
    targets,
    get open() {
      return open;
    },
    contents: (connection) => Array.from({ length: pieceCount }, (_, index) => fingerprint(pieceOf(connection, index))),
    beforePiece: () => undefined,
    beforeRead: () => undefined,
    afterReads: () => undefined,
    describe: (connection) => connection,
    inspect: async (connection) => ({
      target: connection,
      serverVersion: '1',
      toolVersion: '1',
      estimatedBytes: pieceCount * pieceBytes,
    }),
    async capture(connection, { signal }) {
      open += 1;
      let disposed = false;
      const streams = Array.from({ length: pieceCount }, (_, index) => ({
        name: nameOf(index),
        freshPieces: true,
        open: () =>
          Readable.from(
            (async function* () {
              await engine.beforePiece(index, signal);
              signal.throwIfAborted();
              yield pieceOf(connection, index);
            })(),
          ),
      }));
      return {
        // biome-ignore lint/plugin/ambient-clock: the engine of a test is its own source of time
        capturedAt: new Date(),
        streams,
        finish: async () => ({ pieces: String(pieceCount) }),
        dispose: async () => {
          if (!disposed) open -= 1;
          disposed = true;
        },
      };
    },
    async checkTarget(connection, _context, { clean, owner } = {}) {
      const found = targets.get(connection);
      if (clean !== undefined && clean !== connection) throw new CbcrError('engine.clean-unconfirmed', { found: connection, named: clean });
      const continues = found?.incomplete === true && owner !== undefined && owners.get(connection) === owner.id;
      if (clean === undefined && found !== undefined && !continues)
        throw new CbcrError('engine.target-not-empty', { database: connection, found: 'pieces' });
    },
    isRestored: async (connection, _context, { receipt }) => receipt === 'whole' && targets.get(connection)?.incomplete === false,
    async restore(connection, source, { signal }, { owner, beforeComplete }) {
      const target = { pieces: [] as string[], incomplete: true };
      owners.set(connection, owner?.id);
      targets.set(connection, target);
      for (const [index, stream] of source.streams.entries()) {
        await engine.beforeRead(index, signal);
        target.pieces.push(fingerprint(await buffer(stream.open())));
      }
      await engine.afterReads();
      await beforeComplete?.('whole');
      target.incomplete = false;
    },
  };
  return engine;
}
