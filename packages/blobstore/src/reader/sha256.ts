import { createHash } from 'node:crypto';

const sliceBytes = 4 << 20;
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** SHA-256 in hex. A whole segment takes about 20 ms; other work gets its turn in between. WebCrypto would copy the segment first. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    hash.update(bytes.subarray(start, start + sliceBytes));
    if (start + sliceBytes < bytes.length) await nextTurn();
  }
  return hash.digest('hex');
}
