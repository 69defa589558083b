import { writeFileSync } from 'node:fs';
import { renderEnvironmentTable } from '../src/environment/environment-table.ts';

writeFileSync(new URL('../../../docs/environment.md', import.meta.url), renderEnvironmentTable());
