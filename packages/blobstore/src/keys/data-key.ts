import { createHmac, hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';

export const dataKeyBytes = 32;

/**
 * The key of one recovery point. It is only ever used to derive other keys, so that no two uses share one.
 * Holds its bytes privately: printing, inspecting or serialising it shows `[DataKey]`.
 */
export class DataKey {
  readonly #bytes: Buffer;

  private constructor(bytes: Uint8Array) {
    if (bytes.length !== dataKeyBytes) throw new RangeError(`a data key has ${dataKeyBytes} bytes, not ${bytes.length}`);
    this.#bytes = Buffer.from(bytes);
  }

  /** `randomBytes` is an input so that fixtures and simulations replay; production passes the one of `node:crypto`. */
  static generate(randomBytes: (size: number) => Uint8Array): DataKey {
    return new DataKey(randomBytes(dataKeyBytes));
  }

  static fromBytes(bytes: Uint8Array): DataKey {
    return new DataKey(bytes);
  }

  /** The AES-256-GCM key of one write of one segment. A fresh salt per write is what makes counting nonces safe. */
  segmentKey(salt: Uint8Array): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#bytes, salt, 'cbcr/v1/segment', 32));
  }

  /** Authenticates the manifest: HMAC-SHA256 in hex. */
  manifestMac(bytes: Uint8Array): string {
    const key = Buffer.from(hkdfSync('sha256', this.#bytes, Buffer.alloc(0), 'cbcr/v1/manifest', 32));
    return createHmac('sha256', key).update(bytes).digest('hex');
  }

  /** The key itself, for wrapping only. Never log, store or send it. */
  exposeForWrapping(): Buffer {
    return Buffer.from(this.#bytes);
  }

  toString(): string {
    return '[DataKey]';
  }
  toJSON(): string {
    return '[DataKey]';
  }
  [inspect.custom](): string {
    return '[DataKey]';
  }
}
