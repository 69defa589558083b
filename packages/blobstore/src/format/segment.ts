/** One segment as it is stored: the unit of upload, retry, verification and failover. The same bytes go to every region. */
export interface Segment {
  stream: string;
  /** From 0 within the stream. */
  number: number;
  /** 16 hex digits that tell this write from any other of the same segment. */
  writeToken: string;
  /** At most 40 MiB. Must not be changed, and not be read after `release`. */
  bytes: Uint8Array;
  /** Of `bytes`, in hex. */
  sha256: string;
  plaintextBytes: number;
  chunks: number;
  /** The stream ends with this segment. */
  last: boolean;
  /** Lets the encoder use the memory again. Optional; only for a caller that knows that nobody reads `bytes` any more. */
  release(): void;
}
