import type { S3ClientConfig } from '@aws-sdk/client-s3';

type Strategy = Extract<Exclude<S3ClientConfig['retryStrategy'], undefined>, { refreshRetryTokenForRetry: unknown }>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

const tokenOf = (repeats: number): Token => ({ getRetryCount: () => repeats, getRetryDelay: () => 0 });

/**
 * Repeats a request once, at once, and only when the refusal told the SDK that this machine's clock is wrong: the repetition is signed with the
 * server's time. A refused HEAD has no words, so nobody above could tell a wrong clock from a wrong key, and a region would seem to be down.
 * Everything else is the retry decorator's, which sees every failure.
 */
export const repeatInServerTime: Strategy = {
  acquireInitialRetryToken: async () => tokenOf(0),
  async refreshRetryTokenForRetry(token, { error }) {
    if (token.getRetryCount() > 0 || !hasCorrectedClock(error)) throw error;
    return tokenOf(1);
  },
  recordSuccess: () => {},
};

function hasCorrectedClock(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return false;
  const { $metadata: metadata } = error;
  return typeof metadata === 'object' && metadata !== null && 'clockSkewCorrected' in metadata && metadata.clockSkewCorrected === true;
}
