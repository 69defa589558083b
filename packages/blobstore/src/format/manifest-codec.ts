import { createHash, timingSafeEqual } from 'node:crypto';
import { CbcrError, canonicalJson, isCbcrError, type JsonValue, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import { z } from 'zod';
import type { DataKey } from '../keys/data-key.ts';
import type { KeyProvider } from '../keys/key-provider.ts';
import { findContradiction, type Manifest, type ManifestContent, manifestSchema, totalsOf } from './manifest.ts';
import { formatVersion } from './segment-header.ts';

export interface EncodedManifest {
  /** Canonical JSON: the same bytes for every region. */
  bytes: Uint8Array;
  /** Of `bytes`, in hex. The catalog keeps it. */
  sha256: string;
  manifest: Manifest;
}

export interface DecodedManifest {
  manifest: Manifest;
  sha256: string;
  /** Null for a point that is not encrypted, and when no keys were given. */
  dataKey: DataKey | null;
}

const bytesOf = (value: JsonValue) => Buffer.from(canonicalJson(value), 'utf8');
const macOf = (manifest: Manifest, dataKey: DataKey) => dataKey.manifestMac(bytesOf({ ...manifest, mac: undefined }));
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Completes and seals a manifest. `dataKey` must be the one whose wrapped forms `content.encryption` lists, null when that is null. */
export function encodeManifest(content: ManifestContent, dataKey: DataKey | null): EncodedManifest {
  const plain: Manifest = { ...content, formatVersion, codec: 'zstd', totals: totalsOf(content.streams), mac: null };
  const manifest = manifestSchema.parse({ ...plain, mac: dataKey === null ? null : macOf(plain, dataKey) });
  const contradiction = findContradiction(manifest);
  if (contradiction !== null) throw new RangeError(`this manifest cannot be written: ${contradiction}`);
  const bytes = bytesOf(manifest);
  return { bytes, sha256: sha256Of(bytes), manifest };
}

export interface DecodeManifestOptions {
  point: RecoveryPointId;
  /** Where the bytes came from, for errors. */
  region: RegionId;
  /** What the catalog remembers. Without it only an encrypted point's manifest is proof against deliberate change. */
  expectedSha256?: string | undefined;
  /** Null for work that needs no plaintext (replicate): then the data key stays wrapped and the code of authentication is not checked. */
  keys: KeyProvider | null;
}

/** Fails with `format.manifest-corrupt`, `format.version-unknown`, `key.missing` or `key.wrong`. */
export async function decodeManifest(bytes: Uint8Array, options: DecodeManifestOptions): Promise<DecodedManifest> {
  const { point, region, expectedSha256, keys } = options;
  const corrupt = (cause: string) => new CbcrError('format.manifest-corrupt', { point, region, cause });
  const sha256 = sha256Of(bytes);
  if (expectedSha256 !== undefined && sha256 !== expectedSha256) throw corrupt('its SHA-256 is not the one in the catalog');
  const manifest = parseManifest(bytes, point, corrupt);
  if (manifest.encryption === null || keys === null) return { manifest, sha256, dataKey: null };
  const dataKey = await unwrapDataKey(manifest, manifest.encryption.wrappedKeys, keys);
  const mac = Buffer.from(macOf(manifest, dataKey), 'hex');
  if (manifest.mac === null || !timingSafeEqual(mac, Buffer.from(manifest.mac, 'hex'))) {
    throw corrupt('its code of authentication does not fit');
  }
  return { manifest, sha256, dataKey };
}

function parseManifest(bytes: Uint8Array, point: RecoveryPointId, corrupt: (cause: string) => CbcrError): Manifest {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw corrupt('it is not JSON');
  }
  const version = z.looseObject({ formatVersion: z.int() }).safeParse(json);
  if (!version.success) throw corrupt('it has no format version');
  if (version.data.formatVersion !== formatVersion) {
    throw new CbcrError('format.version-unknown', { point, version: version.data.formatVersion });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw corrupt(`${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
  if (parsed.data.point !== point) throw corrupt(`it belongs to ${parsed.data.point}`);
  const contradiction = findContradiction(parsed.data);
  if (contradiction !== null) throw corrupt(contradiction);
  if (!bytesOf(parsed.data).equals(bytes)) throw corrupt('it is not in canonical form');
  return parsed.data;
}

/** Any wrapped form will do. A key that is there but wrong says more than one that is missing. */
async function unwrapDataKey(
  manifest: Manifest,
  wrappedKeys: readonly { keyId: string; wrapped: string }[],
  keys: KeyProvider,
): Promise<DataKey> {
  let failure: unknown = new CbcrError('key.missing', { keyId: wrappedKeys.map((wrappedKey) => wrappedKey.keyId).join(', ') });
  for (const { keyId, wrapped } of wrappedKeys) {
    try {
      return await keys.unwrap({ keyId, point: manifest.point, wrapped });
    } catch (error) {
      if (!isCbcrError(error, 'key.missing')) failure = error;
    }
  }
  throw failure;
}
