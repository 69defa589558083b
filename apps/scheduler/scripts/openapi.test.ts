import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderOpenapi } from './render-openapi.ts';

test('docs/openapi.json is up to date; pnpm --filter @cbcr/scheduler generate writes it anew', async () => {
  const written = readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8');
  expect(written).toBe(await renderOpenapi());
});
