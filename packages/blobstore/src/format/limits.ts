const mebibyte = 1 << 20;

/**
 * Sizes of format v1. The defaults may change at any time (a reader takes what the frames say); the maxima are part of the format:
 * a reader refuses more, so that a hostile object cannot make it allocate without bound.
 */
export const defaultChunkBytes = 4 * mebibyte;
export const maxChunkBytes = 16 * mebibyte;
/** A segment is closed by the chunk that brings it to this size, so it is at most one chunk larger. */
export const defaultSegmentBytes = 32 * mebibyte;
export const maxSegmentBytes = 40 * mebibyte;
/** Bounds the plaintext of a segment of very compressible data: 1 GiB at the default chunk size. */
export const maxChunksPerSegment = 256;
/** Compressed bytes can exceed the plaintext: the bound of zstd (plaintext / 256 + 64 bytes) with its frame and checksum. */
export const maxCompressedBytes = (plaintextBytes: number) => plaintextBytes + (plaintextBytes >>> 8) + 256;
