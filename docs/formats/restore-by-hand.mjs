/**
 * Reads a stream of a recovery point with Node alone (22.15 or newer), without CBCR, its catalog or its queue. Written from
 * stored-format-v1.md and from nothing else; the tests of the blob store run it against the frozen points.
 *
 *   node restore-by-hand.mjs <folder of the point> <stream> [<key ring file>] > stream.out
 *
 * The folder is a copy of `<prefix>/v1/<instance>/<recovery point>/` of any region.
 */
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

const [folder, streamName, keyRingFile] = process.argv.slice(2);
if (folder === undefined || streamName === undefined) throw new Error('usage: restore-by-hand.mjs <folder> <stream> [<key ring>]');

const check = (condition, message) => {
  if (!condition) throw new Error(message);
};
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const derive = (key, salt, info) => Buffer.from(hkdfSync('sha256', key, salt, info, 32));

function openGcm(key, nonce, associatedData, sealed) {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

function unwrapDataKey({ point, encryption }) {
  const ring = JSON.parse(readFileSync(keyRingFile, 'utf8'));
  const { keyId, wrapped } = encryption.wrappedKeys.find((candidate) => candidate.keyId in ring);
  const bytes = Buffer.from(wrapped, 'base64');
  const key = derive(Buffer.from(ring[keyId], 'base64'), bytes.subarray(1, 33), 'cbcr/v1/wrap');
  return openGcm(key, Buffer.alloc(12), Buffer.from(`cbcr/v1/wrapped-key\0${keyId}\0${point}`), bytes.subarray(33));
}

const manifestText = readFileSync(join(folder, 'manifest.json'), 'utf8');
const manifest = JSON.parse(manifestText);
const stream = manifest.streams.find((candidate) => candidate.name === streamName);
const dataKey = manifest.encryption === null ? null : unwrapDataKey(manifest);
if (dataKey !== null) {
  const sealed = manifestText.replace(/"mac":"[0-9a-f]{64}",(?="point")/, '');
  const mac = createHmac('sha256', derive(dataKey, '', 'cbcr/v1/manifest')).update(sealed);
  check(mac.digest('hex') === manifest.mac, 'the manifest was changed');
}

function* readFrames(bytes) {
  for (let offset = 0; offset < bytes.length; ) {
    check(bytes.readUInt32LE(offset) === 0x184d2a5b, 'no skippable frame');
    const end = offset + 8 + bytes.readUInt32LE(offset + 4);
    const content = bytes.subarray(offset + 8, end);
    // In a plain segment the compressed chunk stands bare behind its header; bytes 24 to 27 of the header are its length.
    const bare = dataKey === null && content[4] === 2 ? content.readUInt32LE(24) : 0;
    yield content;
    if (bare > 0) yield bytes.subarray(end, end + bare);
    offset = end + bare;
  }
}

const whole = createHash('sha256');
for (const { number, writeToken, sha256: expected } of stream.segments) {
  const bytes = readFileSync(join(folder, 'segments', streamName, `${String(number).padStart(8, '0')}.${writeToken}`));
  check(sha256(bytes) === expected, `segment ${number} is corrupt`);
  const [segmentHeader, ...frames] = readFrames(bytes);
  const key = dataKey === null ? null : derive(dataKey, segmentHeader.subarray(12, 44), 'cbcr/v1/segment');
  for (let chunk = 0; chunk * 2 < frames.length; chunk++) {
    const [header, payload] = frames.slice(chunk * 2);
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(chunk, 8);
    const compressed = key === null ? payload : openGcm(key, nonce, Buffer.concat([segmentHeader, header]), payload);
    const plaintext = zstdDecompressSync(compressed);
    whole.update(plaintext);
    process.stdout.write(plaintext);
  }
}
check(whole.digest('hex') === stream.sha256, 'the stream as a whole is not what was captured');
