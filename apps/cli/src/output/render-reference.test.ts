import { readFileSync } from 'node:fs';
import { errorCatalogue, exitCodeOf } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { runCommand } from '../../test/run-command.ts';
import { exitCodes } from '../exit-codes.ts';

test('docs/cli.md says what the commands say; if not, run: pnpm --filter @cbcr/cli generate', async () => {
  const { stdout } = await runCommand(['reference']);
  expect(readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')).toBe(stdout);
});

test('every error of the catalogue ends in an exit code that is explained', () => {
  const explained = exitCodes.map(({ code }) => code);
  const used = new Set<number>(Object.values(errorCatalogue).map(exitCodeOf));
  expect([...used].filter((code) => !explained.includes(code))).toEqual([]);
});
