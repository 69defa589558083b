import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { Environment } from '../processes/environment.ts';
import { findVersitygw, requireProgram } from '../processes/find-program.ts';
import { createS3Client, type S3Settings } from './s3-bucket.ts';

const run = promisify(execFile);

/** A new login of the S3 server that may read and list the bucket, and nothing else. Errors: stack.program-missing. */
export async function createReadOnlyLogin(settings: S3Settings, environment: Environment): Promise<S3Settings> {
  const { endpoint, region, accessKeyId: access, secretAccessKey: secret, bucket } = settings;
  const reader = { accessKeyId: `reader${randomBytes(6).toString('hex')}`, secretAccessKey: randomBytes(24).toString('hex') };
  const administrator = ['--access', access, '--secret', secret, '--region', region, '--endpoint-url', endpoint];
  const user = ['--access', reader.accessKeyId, '--secret', reader.secretAccessKey, '--role', 'user'];
  await run(findVersitygw(environment) ?? requireProgram('versitygw', environment), ['admin', ...administrator, 'create-user', ...user]);
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: [reader.accessKeyId] },
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  };
  const client = createS3Client(settings);
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy })).finally(() => client.destroy());
  return { ...settings, ...reader };
}
