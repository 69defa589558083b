import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * download-release ADDRESS FILE FOLDER: fetches ADDRESS/FILE into FOLDER and refuses it unless its SHA-256 is the one in
 * ADDRESS/checksums.txt. Runs before the workspace's dependencies are there.
 */
const [address = '', file = '', folder = ''] = process.argv.slice(2);

async function fetchBytes(name: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(`${address}/${name}`, { signal: AbortSignal.timeout(180_000) });
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      console.error(`${address}/${name}:`, error);
      if (attempt === 3) throw new Error('three attempts failed', { cause: error });
    }
  }
}

const line = (await fetchBytes('checksums.txt'))
  .toString()
  .split('\n')
  .find((candidate) => candidate.trim().endsWith(` ${file}`));
const expected = line?.split(' ')[0];
const bytes = await fetchBytes(file);
const actual = createHash('sha256').update(bytes).digest('hex');
if (actual !== expected) throw new Error(`${file} has SHA-256 ${actual}; checksums.txt says ${expected ?? 'nothing'}`);
await writeFile(join(folder, file), bytes);
