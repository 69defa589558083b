import { createCipheriv, createDecipheriv, hkdfSync, randomBytes as systemRandomBytes } from 'node:crypto';
import { CbcrError, type RecoveryPointId } from '@cbcr/domain';
import { z } from 'zod';
import { DataKey, dataKeyBytes } from './data-key.ts';
import type { KeyProvider } from './key-provider.ts';

/** A key ring that is held in memory: the content of a file or of an environment variable. */
export interface KeyRing extends KeyProvider {
  readonly keyIds: readonly string[];
}

const wrapVersion = 1;
const saltBytes = 32;
const tagBytes = 16;
const wrappedBytes = 1 + saltBytes + dataKeyBytes + tagBytes;
// Every wrap has a key of its own (fresh salt), so the one nonce is never used twice under the same key.
const nonce = Buffer.alloc(12);

const ringSchema = z.record(z.string().min(1).max(200), z.string());

const ringInvalid = (cause: string) => new CbcrError('key.ring-invalid', { cause });

function parseRing(text: string): Map<string, Buffer> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is made of keys.
    throw ringInvalid('it is not JSON');
  }
  const parsed = ringSchema.safeParse(json);
  if (!parsed.success) throw ringInvalid('it is not an object of key ids and base64 keys');
  const keys = new Map<string, Buffer>();
  for (const [keyId, encoded] of Object.entries(parsed.data)) {
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== 32 || key.toString('base64') !== encoded) throw ringInvalid(`the key ${keyId} is not 32 bytes in base64`);
    keys.set(keyId, key);
  }
  return keys;
}

const additionalData = (keyId: string, point: RecoveryPointId) => Buffer.from(`cbcr/v1/wrapped-key\0${keyId}\0${point}`);
const wrappingKey = (key: Buffer, salt: Uint8Array) => Buffer.from(hkdfSync('sha256', key, salt, 'cbcr/v1/wrap', 32));

/**
 * Reads `{ "<keyId>": "<32 bytes in base64>" }`. Fails with `key.ring-invalid`, which names the faulty key id and never shows a key.
 * `wrapped` is base64 of: version 1, salt (32 bytes), AES-256-GCM ciphertext (32), tag (16).
 */
export function createKeyRing(text: string, { randomBytes = systemRandomBytes as (size: number) => Uint8Array } = {}): KeyRing {
  const keys = parseRing(text);
  const keyOf = (keyId: string) => {
    const key = keys.get(keyId);
    if (key === undefined) throw new CbcrError('key.missing', { keyId });
    return key;
  };
  return {
    keyIds: [...keys.keys()],
    async wrap({ keyId, point, dataKey }) {
      const salt = randomBytes(saltBytes);
      const cipher = createCipheriv('aes-256-gcm', wrappingKey(keyOf(keyId), salt), nonce);
      cipher.setAAD(additionalData(keyId, point));
      const sealed = [cipher.update(dataKey.exposeForWrapping()), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat([Buffer.of(wrapVersion), salt, ...sealed]).toString('base64');
    },
    async unwrap({ keyId, point, wrapped }) {
      const key = keyOf(keyId);
      const bytes = Buffer.from(wrapped, 'base64');
      if (bytes.length !== wrappedBytes || bytes[0] !== wrapVersion) throw new CbcrError('key.wrong', { keyId, point });
      const salt = bytes.subarray(1, 1 + saltBytes);
      const decipher = createDecipheriv('aes-256-gcm', wrappingKey(key, salt), nonce);
      decipher.setAAD(additionalData(keyId, point));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      try {
        const opened = Buffer.concat([decipher.update(bytes.subarray(1 + saltBytes, -tagBytes)), decipher.final()]);
        return DataKey.fromBytes(opened);
      } catch {
        throw new CbcrError('key.wrong', { keyId, point });
      }
    },
  };
}
