import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderJsonSchema } from './render-json-schema.ts';

test('docs/cbcr.schema.json is up to date; pnpm --filter @cbcr/config generate writes it anew', () => {
  expect(readFileSync(new URL('../../../../docs/cbcr.schema.json', import.meta.url), 'utf8')).toBe(renderJsonSchema());
});

test('the schema completes what people write: durations and days as text, and no key that the file refuses', () => {
  const { properties } = JSON.parse(renderJsonSchema());
  const policy = properties.policies.additionalProperties;
  expect(policy.properties.rpo).toMatchObject({ type: 'string' });
  expect(policy.additionalProperties).toBe(false);
  expect(policy.properties.priority).toMatchObject({ enum: ['high', 'normal', 'low'] });
  expect(properties.exceptions.additionalProperties.required).toContain('expires');
  expect(properties.regions.additionalProperties.required).toEqual(['jurisdictions', 'store']);
});
