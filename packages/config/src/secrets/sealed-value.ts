import { createCipheriv, createDecipheriv } from 'node:crypto';

const prefix = 'sealed:v1:';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * `sealed:v1:<context>.<box>`, both in base64url. The box is nonce (12 bytes), ciphertext and tag (16) of AES-256-GCM; the associated data
 * binds version and context, so that a value cannot pass for one that was sealed for another purpose. The context is readable by all.
 */
export function sealValue(plain: string, context: string, key: Uint8Array, randomBytes: (size: number) => Uint8Array): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData(context));
  const box = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${prefix}${Buffer.from(context).toString('base64url')}.${box.toString('base64url')}`;
}

/** Null when the key is another one, the value is damaged, or it is not a sealed value. */
export function openValue(sealed: string, key: Uint8Array): { plain: string; context: string } | null {
  const [contextText = '', boxText = '', ...rest] = sealed.slice(prefix.length).split('.');
  const box = Buffer.from(boxText, 'base64url');
  if (!sealed.startsWith(prefix) || rest.length > 0 || box.length < nonceBytes + tagBytes) return null;
  const context = Buffer.from(contextText, 'base64url').toString('utf8');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, nonceBytes));
    decipher.setAAD(associatedData(context));
    decipher.setAuthTag(box.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(box.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return { plain: plain.toString('utf8'), context };
  } catch {
    return null;
  }
}

const associatedData = (context: string): Buffer => Buffer.from(`cbcr/sealed/v1\0${context}`);
