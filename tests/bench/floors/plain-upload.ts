import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureProcess } from '../measure/measure-process.ts';
import type { Figures } from '../measurements.ts';
import type { System } from '../system/system.ts';
import type { UploadReport } from './plain-upload-process.ts';

/** The bytes of a compressed dump into the home region's server. */
export async function measurePlainUpload(system: System, file: string, plaintextBytes: number): Promise<Figures> {
  const { stack, regions } = system;
  const secret = (name: string) => readFileSync(join(stack.folder, 'secrets', name), 'utf8');
  const s3 = {
    endpoint: `http://127.0.0.1:${system.portOf(`store-${regions.home}`)}`,
    accessKeyId: secret('s3-access-key'),
    secretAccessKey: secret('s3-secret-key'),
    region: 'us-east-1',
    bucket: 'recovery-points',
  };
  const program = join(import.meta.dirname, 'plain-upload-process.ts');
  const { sentBytes, ...used } = await measureProcess<UploadReport>(program, { s3, file }, system.serverPids());
  return { ...used, plaintextBytes, storedBytes: sentBytes, sentBytes };
}
