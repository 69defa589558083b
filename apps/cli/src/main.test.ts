import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/cbcr-main-`);
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: folder, env: { CBCR_URL: 'http://127.0.0.1:9', CBCR_TOKEN: 'x' } };
    const done = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
    execFile(process.execPath, [main, ...words], options, done);
  });
}

describe('the program itself', () => {
  test('explains every exit code in its help', async () => {
    const { exitCode, stdout, stderr } = await run('--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const code of ['0', '1', '2', '3', '4', '5', '6', '130']) expect(stdout).toMatch(new RegExp(`^ {2}${code} +\\w`, 'm'));
  });

  test('exits with the code of the failure', async () => {
    const [unknown, unreachable, version] = await Promise.all([run('nonsense'), run('runs', 'list'), run('version', '--json')]);
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Unknown command 'nonsense'") });
    expect(unreachable).toMatchObject({ exitCode: 5, stdout: '', stderr: expect.stringContaining('[api.unreachable]') });
    expect(JSON.parse(version.stdout)).toMatchObject({ cbcr: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  });
});
