import type { Path } from '../problem.ts';

export interface Position {
  /** From 1. */
  line: number;
  column: number;
}

/** A fault of the text itself, before anything is known about its meaning. */
export interface YamlFault {
  path: Path;
  position: Position;
  message: string;
  hint?: string;
}

/** A document as plain values, with the place of everything in it. */
export interface YamlDocument {
  value: unknown;
  faults: YamlFault[];
  /** Where the value at a path stands; the nearest place above it when the path does not exist. */
  locate(path: Path): Position;
  /** Where the key of a map's entry stands. */
  locateKey(path: Path): Position;
}

/** Larger files are refused unread: a configuration is written by people. */
export const maxDocumentBytes = 1024 * 1024;
export const maxDepth = 32;
/** Values after aliases and merge keys are followed, which is what an alias bomb multiplies. */
export const maxValues = 50_000;
/** After so many faults in the text the rest is noise. */
export const maxFaults = 20;
