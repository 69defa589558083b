import { regionIdSchema } from '@cbcr/domain';
import { folders, matching, oneOf, path, secretKey, secretText, secretUrl, text, url, wholeNumber } from './forms.ts';
import { type EnvironmentOf, optional, required, withDefault } from './variable.ts';

const databaseUrl = required('CBCR_DATABASE_URL', secretUrl('postgres', 'postgresql'), 'The catalog');
const redisUrl = required('CBCR_REDIS_URL', secretUrl('redis', 'rediss'), 'The queues');
const logLevel = withDefault(
  'CBCR_LOG_LEVEL',
  oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  'info',
  'The least weighty messages that are logged',
);
const sealKey = required(
  'CBCR_SEAL_KEY',
  secretKey(32),
  'Seals connections that are given to the API; the same for the scheduler and all workers',
);

const longestLockDays = optional(
  'CBCR_LONGEST_LOCK_DAYS',
  wholeNumber(1, 36_500),
  'How far into the future a store may be told to lock an object, 3650 when absent; the same for the scheduler and all workers',
);

export const schedulerEnvironment = {
  databaseUrl,
  redisUrl,
  token: required('CBCR_TOKEN', secretText, 'Whoever sends it may use the API'),
  configFile: withDefault('CBCR_CONFIG', path, 'cbcr.yaml', 'The file of regions, policies and instances'),
  host: withDefault('CBCR_HOST', text, '127.0.0.1', 'The address that the API listens on'),
  longestLockDays,
  port: withDefault('CBCR_PORT', wholeNumber(0, 65_535), '8420', 'The port of the API; 0 takes a free one'),
  sealKey,
  logLevel,
} as const;

export const workerEnvironment = {
  region: required('CBCR_REGION', matching(regionIdSchema, 'the name of a region'), 'The region whose queues this worker serves'),
  workerId: optional('CBCR_WORKER_ID', text, 'Tells this worker from others in logs; made from host and process when absent'),
  databaseUrl,
  redisUrl,
  keys: optional('CBCR_KEYS', secretText, 'The key ring for encryption at rest: JSON of key ids and 32 bytes in base64 each'),
  sealKey,
  scratchFolder: withDefault('CBCR_SCRATCH', path, '/tmp/cbcr', 'The folder for scratch files, in the region of the worker'),
  metricsPort: optional('CBCR_METRICS_PORT', wholeNumber(0, 65_535), 'The port of /metrics and /healthz; none is opened when absent'),
  host: withDefault('CBCR_HOST', text, '127.0.0.1', 'The address that /metrics and /healthz listen on'),
  shutdownSeconds: withDefault(
    'CBCR_SHUTDOWN_SECONDS',
    wholeNumber(1, 3_600),
    '20',
    'How long a stopping worker may take to hand its runs back; then it exits all the same, with code 5',
  ),
  probeMinutes: withDefault(
    'CBCR_PROBE_MINUTES',
    wholeNumber(1, 10_080),
    '15',
    'How old what is known of the abilities of the store may become before the store is tried again',
  ),
  longestLockDays,
  toolFolders: withDefault('CBCR_PG_BIN', folders, '', 'Where database client tools are looked for before PATH and the usual places'),
  searchPath: withDefault('PATH', folders, '', 'Where database client tools are looked for'),
  logLevel,
} as const;

export const cliEnvironment = {
  url: optional('CBCR_URL', url('http', 'https'), 'The scheduler; the local stack of the state folder when absent'),
  token: optional('CBCR_TOKEN', secretText, 'The token of the API'),
  databaseUrl: optional('CBCR_DATABASE_URL', secretUrl('postgres', 'postgresql'), 'The catalog, for cbcr migrate'),
  evidenceKey: optional('CBCR_EVIDENCE_KEY', secretText, 'The private key that signs evidence packs, in PEM'),
  stateFolder: withDefault('CBCR_HOME', path, '.cbcr', 'The folder of local stacks'),
} as const;

export type SchedulerEnvironment = EnvironmentOf<typeof schedulerEnvironment>;
export type WorkerEnvironment = EnvironmentOf<typeof workerEnvironment>;
export type CliEnvironment = EnvironmentOf<typeof cliEnvironment>;
