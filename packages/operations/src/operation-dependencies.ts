import type { BlobLocker, BlobStore, BufferPool, KeyProvider } from '@cbcr/blobstore';
import type { Catalog } from '@cbcr/catalog';
import type { Clock, IdFactory, Region } from '@cbcr/domain';
import type { Engine } from '@cbcr/engines';
import type { Throttle } from '@cbcr/throttle';
import type { TransferTuning } from './transfer-tuning.ts';

/** Opens a region's store with everything around it (retry, metrics). The same region gives the same open store. */
export type OpenStore = (region: Region) => Promise<BlobStore>;

/** Opens the holds and locks of a region's store. The same region gives the same open locker. */
type OpenLocker = (region: Region) => Promise<BlobLocker>;

/** Everything that handlers touch, as ports. An app's `compose.ts` chooses the adapters. */
export interface OperationDependencies {
  catalog: Catalog;
  openStore: OpenStore;
  openLocker: OpenLocker;
  engines: Readonly<Record<string, Engine>>;
  keys: KeyProvider;
  /** Turns a reference to a connection, or a sealed one, into the connection. */
  resolveConnection(reference: string): Promise<string>;
  clock: Clock;
  ids: IdFactory;
  /** Under which name this worker tells the catalog what it found. */
  workerId: string;
  randomBytes(size: number): Uint8Array;
  /** Folder in which each run gets one of its own; on a disk of this region. */
  scratchFolder: string;
  tuning: TransferTuning;
  /** Memory for the segments of all runs of this worker. */
  segmentBuffers: BufferPool;
  /** Bandwidth of links, shared with all other workers. */
  throttle: Pick<Throttle, 'pace' | 'passes'>;
}
