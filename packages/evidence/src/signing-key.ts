import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { CbcrError } from '@cbcr/domain';

/** Both in PEM: PKCS #8 and SPKI. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** Ed25519 needs no parameters and no randomness at signing: the same pack has the same signature. */
export function createKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: pemOf(publicKey) };
}

/** Throws `evidence.key-invalid`; never shows the text. */
export function readPrivateKey(pem: string): KeyObject {
  return read('private', () => createPrivateKey(pem));
}

/** Throws `evidence.key-invalid`, also for a private key, from which Node would quietly take the public half: it belongs to nobody who verifies. */
export function readPublicKey(pem: string): KeyObject {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw new CbcrError('evidence.key-invalid', {
      cause: 'it is a private key, where the public one is wanted (the file that ends in .pub)',
    });
  }
  return read('public', () => createPublicKey(pem));
}

function read(kind: 'private' | 'public', create: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = create();
  } catch (cause) {
    throw new CbcrError('evidence.key-invalid', { cause: `it is no ${kind} key in PEM` }, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new CbcrError('evidence.key-invalid', { cause: 'it is not an Ed25519 key' });
  return key;
}

export function tryReadPublicKey(pem: string): KeyObject | null {
  try {
    return readPublicKey(pem);
  } catch {
    return null;
  }
}

const publicOf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);

/** The public key in PEM, of either half. */
export const pemOf = (key: KeyObject): string => publicOf(key).export({ type: 'spki', format: 'pem' }).toString();

/** `sha256:` and the hash of the public key in DER (SPKI): what people compare. */
export function fingerprintOf(key: KeyObject): string {
  const der = publicOf(key).export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

export const signText = (key: KeyObject, text: string): string => sign(null, Buffer.from(text, 'utf8'), key).toString('base64');

/** Base64 has many spellings of the same bytes; only the usual one counts. */
export function isSignedBy(key: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.toString('base64') === signature && verify(null, Buffer.from(text, 'utf8'), key, bytes);
}
