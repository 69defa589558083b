import { hkdfSync } from 'node:crypto';
import { CbcrError } from '@cbcr/domain';
import { errors, jwtVerify, SignJWT } from 'jose';

const audience = 'cbcr-api';

/** Named tokens that end by themselves. They are signed, not stored: a changed main token ends them all. */
export interface TemporaryTokens {
  issue(name: string, expires: Date, now: Date): Promise<string>;
  /** The name that the token was issued to; null when it is none of ours. Throws `api.token-expired`. */
  verify(token: string, now: Date): Promise<string | null>;
}

export function createTemporaryTokens(mainToken: string): TemporaryTokens {
  const key = new Uint8Array(hkdfSync('sha256', mainToken, '', 'cbcr temporary token', 32));
  return {
    issue: (name, expires, now) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(name)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(key),
    async verify(token, now) {
      try {
        const options = { algorithms: ['HS256'], audience, requiredClaims: ['exp', 'sub'], currentDate: now };
        const { payload } = await jwtVerify(token, key, options);
        return payload.sub ?? null;
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          const { sub = 'nobody', exp = 0 } = error.payload;
          throw new CbcrError('api.token-expired', { name: sub, expired: new Date(exp * 1000).toISOString() });
        }
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
