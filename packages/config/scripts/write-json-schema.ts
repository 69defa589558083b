import { writeFileSync } from 'node:fs';
import { renderJsonSchema } from '../src/file/render-json-schema.ts';

writeFileSync(new URL('../../../docs/cbcr.schema.json', import.meta.url), renderJsonSchema());
