import { createHash, type KeyObject } from 'node:crypto';
import { findSeal } from './find-seal.ts';
import { packFiles, statementOf } from './pack-format.ts';
import type { PackProblem } from './problem.ts';
import { type ReadPack, readWhole } from './read-pack.ts';
import { fingerprintOf, isSignedBy, readPublicKey, tryReadPublicKey } from './signing-key.ts';
import { verifyEvents } from './verify-events.ts';

export interface PackVerification {
  /** The fingerprint of the key that signed the pack; null when no signature fits. */
  key: string | null;
  /** Whether that is a key that the verifier brought along: otherwise anybody may have signed. */
  trusted: boolean;
  files: number;
  events: number;
  /** Empty: the pack is as it was signed. */
  problems: PackProblem[];
}

/**
 * Checks a pack without anything else: the signature, the hash of every file, that no file is missing or was added, and the chain of
 * events; names every file and the first event that is not as it was signed. `publicKey` (PEM) is the one that the pack must be signed with.
 * Throws `evidence.key-invalid` for a key that is none.
 */
export async function verifyPack(pack: ReadPack, { publicKey }: { publicKey?: string | undefined } = {}): Promise<PackVerification> {
  const wanted = publicKey === undefined ? null : readPublicKey(publicKey);
  const { seal, signer, manifest, problems } = await findSeal(pack, wanted);
  const listed = new Map(manifest?.files.map((file) => [file.name, file]));
  const own = new Map(seal?.files.map(({ name, signature }) => [name, signature]));
  const sealed = seal === null ? [] : await keysOf(pack, seal.publicKey, wanted);

  for (const name of [...listed.keys()].filter((one) => !pack.names.includes(one)))
    problems.push({ file: name, event: null, detail: 'it was removed' });
  for (const name of pack.names) {
    if (name === packFiles.manifest || name === packFiles.seal) continue;
    const file = listed.get(name);
    const { sha256, bytes } = await measure(pack, name);
    if (manifest !== null && file === undefined) problems.push({ file: name, event: null, detail: 'it was added: nobody signed it' });
    if (file !== undefined && (file.sha256 !== sha256 || file.bytes !== bytes)) {
      problems.push({ file: name, event: null, detail: 'it was changed: its SHA-256 is not the one that was signed' });
    } else if (signer !== null && file !== undefined && !isSignedBy(signer, statementOf(name, sha256), own.get(name) ?? '')) {
      problems.push({ file: packFiles.seal, event: null, detail: `the signature of ${name} in it was changed` });
    } else if (signer === null && seal !== null) {
      // No signature of the manifest fits: which files are still as somebody signed them?
      const statement = statementOf(name, sha256);
      if (!sealed.some((key) => isSignedBy(key, statement, own.get(name) ?? '')))
        problems.push({ file: name, event: null, detail: 'its own signature does not fit: it was changed, or signed with another key' });
    }
  }
  const names = [...listed.keys()].join('\n');
  if (signer !== null && [...own.keys()].join('\n') !== names) {
    problems.push({ file: packFiles.seal, event: null, detail: 'its list of signatures was changed' });
  }
  const checked = await verifyEvents(pack, manifest?.chain ?? null);
  problems.push(...checked.problems);
  return {
    key: signer === null ? null : fingerprintOf(signer),
    trusted: signer !== null && wanted !== null,
    files: pack.names.length,
    events: checked.events,
    problems,
  };
}

async function measure(pack: ReadPack, name: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of pack.read(name)) {
    hash.update(part);
    bytes += part.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function keysOf(pack: ReadPack, sealed: string, wanted: KeyObject | null): Promise<KeyObject[]> {
  if (wanted !== null) return [wanted];
  const beside = Buffer.from((await readWhole(pack, packFiles.publicKey)) ?? []).toString('utf8');
  return [sealed, beside].flatMap((pem) => tryReadPublicKey(pem) ?? []);
}
