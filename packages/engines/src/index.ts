/**
 * The port through which CBCR reads and writes a database: a capture is a set of byte streams from one moment, a restore puts them
 * into an empty target. An engine knows nothing of regions, segments, catalogs or queues.
 *
 * Must never let a truncated stream end as if it were whole, change a source, write into a target that is not empty, or let a
 * secret reach a command line, a note, an error or a manifest.
 */
export type {
  Capture,
  CaptureStream,
  Engine,
  EngineCapabilities,
  EngineContext,
  FinishedRestore,
  RestoreOptions,
  RestoreSource,
  RestoreStream,
  SourceFacts,
} from './engine.ts';
