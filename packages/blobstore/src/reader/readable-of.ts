import { Readable } from 'node:stream';

/**
 * A byte stream of what a generator yields; its error is the stream's error, and only its end is the stream's end. `onDestroy` is called when
 * the stream is closed for whatever reason and has to break off what the generator waits for: `Readable.from` would first wait for the
 * generator, which may be waiting for a region that never answers.
 */
export function readableOf(chunks: AsyncGenerator<Buffer, void, undefined>, onDestroy: (reason: Error) => void): Readable {
  const readable = new Readable({
    highWaterMark: 1,
    read() {
      chunks.next().then(
        (step) => readable.push(step.done === true ? null : step.value),
        (error: Error) => readable.destroy(error),
      );
    },
    destroy(error, callback) {
      onDestroy(error ?? new Error('the reader went away'));
      chunks.return().catch(() => {});
      callback(error);
    },
  });
  return readable;
}
