import type { Link, Priority } from '../src/index.ts';

/** What the test sends to a worker process. */
export type ToWorker =
  | {
      readonly type: 'start';
      readonly redisUrl: string;
      readonly namespace: string;
      readonly workerId: string;
      readonly link: Link;
      readonly priority?: Priority;
    }
  | { readonly type: 'stop' };

/** What it hears: pieces as milliseconds since 1970 and bytes. */
export type FromWorker = { readonly type: 'ready' } | { readonly type: 'moved'; readonly moved: readonly (readonly [number, number])[] };
