import { findSeal, type ReadPack } from './find-seal.ts';
import { packFiles, sha256Of, statementOf } from './pack-format.ts';
import type { PackProblem } from './problem.ts';
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
export function verifyPack(pack: ReadPack, { publicKey }: { publicKey?: string | undefined } = {}): PackVerification {
  const wanted = publicKey === undefined ? null : readPublicKey(publicKey);
  const { seal, signer, manifest, problems } = findSeal(pack, wanted);
  const listed = new Map(manifest?.files.map((file) => [file.name, file]));
  const own = new Map(seal?.files.map(({ name, signature }) => [name, signature]));

  for (const name of [...listed.keys()].filter((one) => !pack.has(one)))
    problems.push({ file: name, event: null, detail: 'it was removed' });
  for (const [name, bytes] of pack) {
    if (name === packFiles.manifest || name === packFiles.seal) continue;
    const file = listed.get(name);
    const sha256 = sha256Of(bytes);
    if (manifest !== null && file === undefined) problems.push({ file: name, event: null, detail: 'it was added: nobody signed it' });
    if (file !== undefined && (file.sha256 !== sha256 || file.bytes !== bytes.length)) {
      problems.push({ file: name, event: null, detail: 'it was changed: its SHA-256 is not the one that was signed' });
    } else if (signer !== null && file !== undefined && !isSignedBy(signer, statementOf(name, sha256), own.get(name) ?? '')) {
      problems.push({ file: packFiles.seal, event: null, detail: `the signature of ${name} in it was changed` });
    } else if (signer === null && seal !== null && !isSignedByAny(pack, seal.publicKey, wanted, statementOf(name, sha256), own.get(name))) {
      problems.push({ file: name, event: null, detail: 'its own signature does not fit: it was changed, or signed with another key' });
    }
  }
  const names = [...listed.keys()].join('\n');
  if (signer !== null && [...own.keys()].join('\n') !== names) {
    problems.push({ file: packFiles.seal, event: null, detail: 'its list of signatures was changed' });
  }
  const checked = verifyEvents(pack.get(packFiles.events), manifest?.chain ?? null);
  problems.push(...checked.problems);
  return {
    key: signer === null ? null : fingerprintOf(signer),
    trusted: signer !== null && wanted !== null,
    files: pack.size,
    events: checked.events,
    problems,
  };
}

/** No signature of the manifest fits: which files are still as somebody signed them? */
function isSignedByAny(
  pack: ReadPack,
  sealed: string,
  wanted: ReturnType<typeof readPublicKey> | null,
  statement: string,
  signature: string | undefined,
): boolean {
  const texts = [sealed, Buffer.from(pack.get(packFiles.publicKey) ?? []).toString('utf8')];
  const keys = wanted === null ? texts.flatMap((pem) => tryReadPublicKey(pem) ?? []) : [wanted];
  return keys.some((key) => isSignedBy(key, statement, signature ?? ''));
}
