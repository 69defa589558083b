import { CbcrError, type RegionId } from '@cbcr/domain';
import { maxObjectBytes } from './blob-store.ts';

export const maxKeyBytes = 900;
/** File systems hold names of at most 255 bytes. */
export const maxKeyPartBytes = 255;

/**
 * Letters, digits and `_ . = -`, not beginning with a dot: every store, file system and URL takes these as they are, and names that begin
 * with a dot stay free for what is not an object (`.`, `..`, temporary files).
 */
const keyPart = /^[A-Za-z0-9_=-][A-Za-z0-9_.=-]*$/;

/** Why `key` cannot name an object, or null when it can. */
export function findKeyProblem(key: string): string | null {
  if (key.length > maxKeyBytes) return `it is longer than ${maxKeyBytes} bytes`;
  for (const part of key.split('/')) {
    if (part === '') return 'it is empty or has an empty part';
    if (part.length > maxKeyPartBytes) return `a part is longer than ${maxKeyPartBytes} bytes`;
    if (!keyPart.test(part)) return 'a part begins with a dot or holds something else than letters, digits and _ . = -';
  }
  return null;
}

/** Why no key can begin with `prefix`, or null when one can. A prefix may end in the middle of a part; the empty one is every key's. */
export function findPrefixProblem(prefix: string): string | null {
  if (prefix === '') return null;
  return findKeyProblem(prefix.endsWith('/') ? `${prefix}x` : prefix);
}

export function isValidKey(key: string): boolean {
  return findKeyProblem(key) === null;
}

export function assertKey(region: RegionId, key: string): void {
  const cause = findKeyProblem(key);
  if (cause !== null) throw new CbcrError('store.key-invalid', { region, key: shorten(key), cause });
}

export function assertPrefix(region: RegionId, prefix: string): void {
  const cause = findPrefixProblem(prefix);
  if (cause !== null) throw new CbcrError('store.key-invalid', { region, key: shorten(prefix), cause });
}

export function assertObjectSize(region: RegionId, key: string, sizeBytes: number): void {
  if (sizeBytes > maxObjectBytes) throw new CbcrError('store.object-too-large', { region, key, sizeBytes, limitBytes: maxObjectBytes });
}

/** An invalid key can be anything, and errors reach logs. */
function shorten(key: string): string {
  const shown = key.length > 100 ? `${key.slice(0, 100)}…` : key;
  return JSON.stringify(shown);
}
