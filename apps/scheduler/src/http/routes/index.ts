import { audit } from './audit.ts';
import { backups } from './backups.ts';
import { compliance } from './compliance.ts';
import { config } from './config.ts';
import { deletions } from './deletions.ts';
import { garbage } from './garbage.ts';
import { holds } from './holds.ts';
import { instances } from './instances.ts';
import { limits } from './limits.ts';
import { plans } from './plans.ts';
import { points } from './points.ts';
import { policy } from './policy.ts';
import { probes } from './probes.ts';
import { regions } from './regions.ts';
import { replications } from './replications.ts';
import { restores } from './restores.ts';
import { retention } from './retention.ts';
import type { Route } from './route.ts';
import { runs } from './runs.ts';
import { tokens } from './tokens.ts';
import { verifications } from './verifications.ts';

/** Every route of the API. */
export const routes: readonly Route[] = [
  instances,
  backups,
  replications,
  verifications,
  points,
  deletions,
  garbage,
  restores,
  runs,
  regions,
  probes,
  limits,
  config,
  policy,
  plans,
  compliance,
  retention,
  holds,
  audit,
  tokens,
];
