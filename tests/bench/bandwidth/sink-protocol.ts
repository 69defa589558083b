/** Bytes of one worker that arrived within one millisecond. */
export type Arrival = readonly [worker: number, atMs: number, bytes: number];

/** What the sink is asked, and answers once. */
export type ToSink = { readonly type: 'forget' } | { readonly type: 'tell' };
export type FromSink =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'arrivals'; readonly arrivals: readonly Arrival[] };

/** Objects of this prefix exist for readers: `read/<bytes>`. */
export const readPrefix = 'read/';
export const writePrefix = 'worker-';
export const bucket = 'sink';
