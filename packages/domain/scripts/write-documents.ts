import { writeFileSync } from 'node:fs';
import { renderAudit } from '../src/audit/render-audit.ts';
import { renderErrors } from '../src/errors/render-errors.ts';

writeFileSync(new URL('../../../docs/errors.md', import.meta.url), renderErrors());
writeFileSync(new URL('../../../docs/audit.md', import.meta.url), renderAudit());
