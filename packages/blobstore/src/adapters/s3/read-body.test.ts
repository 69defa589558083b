import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { regionNamed } from '../../../test/sample-point.ts';
import type { PaceBody } from '../../blob-store.ts';
import { sampleBytes } from '../../contract/expect.ts';
import { watchHolds } from '../../decorators/hold-meter.ts';
import { readBody } from './read-body.ts';

const pieceBytes = 1_000;
const body = sampleBytes(10 * pieceBytes, 1);

/** Lets pieces pass until so many were asked for; then they go through, and are counted. */
function createPace(openFor: number) {
  let asked = 0;
  let pacedBytes = 0;
  const pace: PaceBody = async function* (given) {
    for await (const piece of given instanceof Uint8Array ? [given] : given) {
      pacedBytes += piece.byteLength;
      yield piece;
    }
  };
  pace.passes = () => asked++ < openFor;
  return { pace, pacedBytes: () => pacedBytes };
}

function read(pace: PaceBody | undefined): Promise<Uint8Array> {
  const pieces = Array.from({ length: 10 }, (_, i) => Buffer.from(body.subarray(i * pieceBytes, (i + 1) * pieceBytes)));
  const answer = { Body: Readable.from(pieces, { objectMode: false, highWaterMark: 1 }), ContentLength: body.byteLength };
  return readBody(answer, { region: regionNamed('north'), key: 'key', pace });
}

test.each([
  ['nothing', Number.POSITIVE_INFINITY, 0],
  ['what comes after the limit was set', 4, 6 * pieceBytes],
  ['everything', 0, 10 * pieceBytes],
])('%s goes through a pace, and the body is whole', async (_what, openFor, expectedBytes) => {
  const { pace, pacedBytes } = createPace(openFor);
  expect(Buffer.compare(await read(watchHolds(pace, () => undefined)), body)).toBe(0);
  expect(pacedBytes()).toBe(expectedBytes);
});

test('a pace that does not say whether bytes may pass gets them all', async () => {
  const { pace, pacedBytes } = createPace(Number.POSITIVE_INFINITY);
  pace.passes = undefined;
  expect(Buffer.compare(await read(pace), body)).toBe(0);
  expect(pacedBytes()).toBe(body.byteLength);
});
