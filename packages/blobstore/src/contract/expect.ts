import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type ErrorCode, isCbcrError } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';

export const sha256Of = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

/** Bytes that differ for each `seed` and repeat themselves nowhere near. */
export function sampleBytes(sizeBytes: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < sizeBytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export async function putNew(store: BlobStore, key: string, body: Uint8Array): Promise<void> {
  await store.put(key, body, { sha256: sha256Of(body), ifAbsent: true });
}

export async function expectContent(store: BlobStore, key: string, body: Uint8Array): Promise<void> {
  const found = await store.get(key);
  if (Buffer.compare(found, body) !== 0) {
    throw new Error(`${key} holds other bytes than were stored (${found.byteLength} of ${body.byteLength} bytes)`);
  }
}

export async function expectAbsent(store: BlobStore, key: string): Promise<void> {
  deepStrictEqual(await store.head(key), null, `head sees ${key}`);
  await expectCode('store.object-missing', () => store.get(key));
  deepStrictEqual(
    (await listKeys(store, key)).filter((found) => found === key),
    [],
    `list sees ${key}`,
  );
}

export async function listKeys(store: BlobStore, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, { after })) keys.push(key);
  return keys;
}

export async function expectCode(code: ErrorCode, call: () => Promise<unknown>): Promise<void> {
  const error = await rejectionOf(call);
  if (!isCbcrError(error, code)) throw new Error(`expected ${code}, got ${describe(error)}`, { cause: error });
}

/** What `call` rejects with; resolving is a failure. */
export async function rejectionOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded, and must not');
}

function describe(error: unknown): string {
  if (isCbcrError(error)) return `${error.code} (${error.message})`;
  return String(error);
}
