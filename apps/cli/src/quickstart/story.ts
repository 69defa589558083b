import type { CbcrClient, InstanceDetailView, PointView } from '@cbcr/client';
import type { Environment, Stack, StackFile } from '@cbcr/testkit';
import type { Cli } from '../cli.ts';

/** What every step knows once the stack runs. */
export interface Story {
  cli: Cli;
  stack: Stack;
  file: StackFile;
  client: CbcrClient;
  /** For programs that the comparison starts. */
  environment: Environment;
}

export interface ProtectedStory extends Story {
  instance: InstanceDetailView;
}

/** From here on a region is away. */
export interface OutageStory extends ProtectedStory {
  lostRegion: string;
  /** Captured during the outage. */
  point: PointView;
}

export interface RestoredStory extends OutageStory {
  restoredUrl: string;
}

/** How a step ended, for the table at the end. */
export interface StepOutcome<Next> {
  result: string;
  /** Moved in `ms`, for the rate; absent where nothing is moved. */
  transfer?: { bytes: number; ms: number };
  /** What the next steps know. */
  next: Next;
}
