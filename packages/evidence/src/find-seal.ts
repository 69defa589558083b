import type { KeyObject } from 'node:crypto';
import { documentOf, manifestSchema, type PackManifest, type PackSeal, packFiles, sealSchema } from './pack-format.ts';
import type { PackProblem } from './problem.ts';
import { type ReadPack, readWhole } from './read-pack.ts';
import { fingerprintOf, isSignedBy, pemOf, tryReadPublicKey } from './signing-key.ts';

export interface FoundSeal {
  seal: PackSeal | null;
  /** The key whose signature fits; null when none does. */
  signer: KeyObject | null;
  /** What was signed; when no signature fits, what the pack says that it is. */
  manifest: PackManifest | null;
  problems: PackProblem[];
}

/**
 * The manifest is there twice, and so is the public key: one of each that still fits the signature shows which other was changed. When no
 * pair fits, the pack proves nothing.
 */
export async function findSeal(pack: ReadPack, wanted: KeyObject | null): Promise<FoundSeal> {
  const problems: PackProblem[] = [];
  const say = (file: string, detail: string) => problems.push({ file, event: null, detail });
  const text = await textOf(pack, packFiles.manifest);
  if (text === null) say(packFiles.manifest, 'it was removed');
  const sealText = await textOf(pack, packFiles.seal);
  const seal = readAs(sealSchema, sealText);
  if (sealText === null) say(packFiles.seal, 'it was removed: nothing shows who signed the pack');
  else if (seal === null) say(packFiles.seal, 'it was changed: it is no seal any more');
  if (seal === null) return { seal, signer: null, manifest: readAs(manifestSchema, text), problems };

  const ownKey = await textOf(pack, packFiles.publicKey);
  const keys = wanted === null ? [seal.publicKey, ownKey ?? ''].flatMap((pem) => tryReadPublicKey(pem) ?? []) : [wanted];
  const texts = text === null ? [seal.manifest] : [seal.manifest, text];
  const signed = texts.flatMap((candidate) =>
    keys.filter((key) => isSignedBy(key, candidate, seal.signature)).map((signer) => ({ signer, candidate })),
  )[0];
  if (signed === undefined) {
    const key = wanted === null ? 'its key' : `the key ${fingerprintOf(wanted)}`;
    say(packFiles.seal, `the signature is none of ${key}: it or the manifest was changed, or somebody else signed`);
    return { seal, signer: null, manifest: readAs(manifestSchema, seal.manifest) ?? readAs(manifestSchema, text), problems };
  }
  const { signer, candidate } = signed;
  const manifest = readAs(manifestSchema, candidate);
  if (manifest === null) {
    // The key signs every file by itself as well: whoever has a pack has texts with signatures that fit and that promise nothing of a pack.
    say(packFiles.manifest, 'what was signed is no manifest: the signature belongs to something else');
    return { seal, signer: null, manifest, problems };
  }
  if (text !== null && text !== candidate) say(packFiles.manifest, 'it was changed: it is not what was signed');
  if (seal.manifest !== candidate) say(packFiles.seal, 'its copy of the manifest was changed');
  if (seal.key !== fingerprintOf(signer) || seal.publicKey !== pemOf(signer))
    say(packFiles.seal, 'the key in it is not the one that signed');
  return { seal, signer, manifest, problems };
}

async function textOf(pack: ReadPack, name: string): Promise<string | null> {
  const bytes = await readWhole(pack, name);
  if (bytes === null) return null;
  // As latin 1 where it is no UTF-8: such text differs from every text that was signed.
  const decoded = Buffer.from(bytes).toString('utf8');
  return Buffer.from(decoded, 'utf8').equals(bytes) ? decoded : Buffer.from(bytes).toString('latin1');
}

interface Schema<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false };
}

/** Only in the exact form in which it was written. */
function readAs<Value>(schema: Schema<Value>, text: string | null): Value | null {
  if (text === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success && documentOf(parsed.data) === text ? parsed.data : null;
  } catch {
    return null;
  }
}
