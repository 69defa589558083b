import { Readable } from 'node:stream';
import { type Child, whenWritable } from './child-process.ts';

const readAheadBytes = 256 * 1024;

/**
 * The child's output as a stream whose `end` is a promise: it comes only after exit code 0. Any other end of the child destroys the stream with
 * what `translate` makes of it. Destroying the stream ends the child.
 */
export function readFromChild(child: Child, translate: (failure: unknown) => unknown): Readable {
  const { stdout } = child;
  const whole = new Readable({
    highWaterMark: readAheadBytes,
    read: () => {
      stdout.resume();
    },
    destroy: (error, done) => {
      child.stop().then(
        () => done(error),
        () => done(error),
      );
    },
  });
  // The child may fail while nobody reads, and an error that nobody hears ends the process. The stream keeps it for whoever reads next.
  whole.on('error', () => undefined);
  // Paused before the listener is added: the listener alone would start the flow.
  stdout.pause();
  stdout.on('data', (chunk: Buffer) => {
    if (!whole.push(chunk)) stdout.pause();
  });
  child.completed.then(
    () => whole.push(null),
    (failure: unknown) => whole.destroy(asError(translate(failure))),
  );
  return whole;
}

/**
 * Writes the whole of `source` to the child and waits until both have come to a good end. A child that needs no more is content; the rest of the source is
 * read all the same, because only its `end` proves that it was sound. A source that fails or that is not `expectedBytes` long
 * stops the child before it can mistake the end of its input for the end of the data.
 */
export async function feedChild(child: Child, source: Readable, expectedBytes: number): Promise<void> {
  const { stdin } = child;
  let seenBytes = 0;
  let childFailure: { reason: unknown } | undefined;
  child.completed.catch((reason: unknown) => {
    childFailure = { reason };
    source.destroy(asError(reason));
  });
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      seenBytes += chunk.length;
      // A child that takes no more has either had enough or failed; the rest of the source counts only in the first case.
      if (!stdin.writable) await child.completed;
      else if (!stdin.write(chunk)) await whenWritable(stdin);
    }
    if (seenBytes !== expectedBytes) throw new Error(`the stream ended after ${seenBytes} of ${expectedBytes} bytes`);
    if (!stdin.destroyed) stdin.end();
    await child.completed;
  } catch (error) {
    // Looked at before the child is stopped, which is a failure of the child as well.
    const cause = childFailure ? childFailure.reason : error;
    source.destroy();
    await child.stop();
    throw cause;
  }
}

/** Runs the child without input and returns what it wrote, at most 64 KiB. */
export async function collectOutput(child: Child): Promise<string> {
  child.stdin.end();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    if (sizeBytes < 64 * 1024) chunks.push(chunk);
    sizeBytes += chunk.length;
  });
  await child.completed;
  return Buffer.concat(chunks).toString('utf8');
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
