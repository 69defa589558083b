import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { repeatInServerTime } from './repeat-in-server-time.ts';

export interface S3ClientOptions {
  region: string;
  endpoint?: string | undefined;
  forcePathStyle: boolean;
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
}

const connectionTimeoutMs = 5_000;
/** No byte in either direction for this long: the store hangs. */
const idleTimeoutMs = 20_000;

/**
 * A client that repeats nothing but what a wrong clock had refused (the retry decorator sees every failure), and whose sockets are its own.
 * Agent instances, and no `Expect: 100-continue`: with agent options and Expect, the SDK opens a new connection for every upload.
 */
export function createS3Client({ region, endpoint, forcePathStyle, credentials }: S3ClientOptions): S3Client {
  const agentOptions = { keepAlive: true, maxSockets: 64 };
  const config: S3ClientConfig = {
    region,
    forcePathStyle,
    retryStrategy: repeatInServerTime,
    expectContinueHeader: false,
    // The SDK would warn on the console of bodies that it cannot send again; our own retries can, and tell of it themselves.
    logger: { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    // Objects carry the SHA-256 that we send; the SDK's own CRC trailers are refused by many servers that are not AWS.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent(agentOptions),
      connectionTimeout: connectionTimeoutMs,
      socketTimeout: idleTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  };
  if (endpoint !== undefined) config.endpoint = endpoint;
  if (credentials !== undefined) config.credentials = credentials;
  return new S3Client(config);
}
