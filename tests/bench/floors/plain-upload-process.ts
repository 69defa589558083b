import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { systemClock } from '@cbcr/domain';
import { createS3Client, type S3Settings } from '@cbcr/testkit';
import { answerOrder } from '../measure/answer-order.ts';

export interface UploadOrder {
  s3: S3Settings;
  file: string;
}
export interface UploadReport {
  seconds: number;
  sentBytes: number;
}

/** As large as our segments, and as many at a time. */
const partBytes = 32 << 20;
const lanes = 4;

/** A file as objects, with the SDK as it comes: what any program that stores the same bytes in the same server has to do. */
async function run({ s3, file }: UploadOrder): Promise<UploadReport> {
  const client = createS3Client(s3);
  const source = await open(file);
  const prefix = `plain-upload/${randomBytes(4).toString('hex')}`;
  let sentBytes = 0;
  let part = 0;
  const started = systemClock.monotonicMs();
  const runLane = async () => {
    for (;;) {
      const number = part++;
      const { bytesRead, buffer } = await source.read(Buffer.allocUnsafeSlow(partBytes), 0, partBytes, number * partBytes);
      if (bytesRead === 0) return;
      await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: `${prefix}/${number}`, Body: buffer.subarray(0, bytesRead) }));
      sentBytes += bytesRead;
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, runLane));
    return { seconds: (systemClock.monotonicMs() - started) / 1000, sentBytes };
  } finally {
    await source.close();
    client.destroy();
  }
}

answerOrder(run);
