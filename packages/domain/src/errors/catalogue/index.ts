import type { ErrorEntry } from '../error-entry.ts';
import { auditErrors } from './audit.ts';
import { complianceErrors } from './compliance.ts';
import { engineErrors } from './engine.ts';
import { formatErrors } from './format.ts';
import { holdErrors } from './hold.ts';
import { lockErrors } from './lock.ts';
import { placementErrors } from './placement.ts';
import { requestErrors } from './request.ts';
import { runErrors } from './run.ts';
import { serviceErrors } from './service.ts';
import { storeErrors } from './store.ts';

/** Every error that a user can meet. A code never changes its meaning and is never reused. */
export const errorCatalogue = {
  ...storeErrors,
  ...formatErrors,
  ...engineErrors,
  ...runErrors,
  ...requestErrors,
  ...placementErrors,
  ...holdErrors,
  ...lockErrors,
  ...complianceErrors,
  ...auditErrors,
  ...serviceErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
