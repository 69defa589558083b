/**
 * Which packages of the workspace may use which, by their "dependencies". `domain` is at the bottom; the packages that hold
 * ports are siblings and never use each other; `operations` uses them all by their root exports; apps use everything.
 */
const ports = ['domain', 'catalog', 'blobstore', 'engines', 'jobs', 'throttle', 'telemetry'];
const product = [...ports, 'policy', 'operations', 'config', 'client', 'evidence'];

export const importDirections: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  policy: ['domain'],
  config: ['domain', 'policy'],
  client: ['domain'],
  evidence: ['domain'],
  catalog: ['domain'],
  blobstore: ['domain'],
  engines: ['domain'],
  jobs: ['domain'],
  throttle: ['domain'],
  telemetry: ['domain'],
  operations: [...ports, 'policy'],
  testkit: ['domain', 'config'],
  scheduler: product,
  worker: product,
  cli: [...product, 'testkit'],
  e2e: [...product, 'testkit'],
  bench: [...product, 'testkit'],
  'deployment-tests': [],
  tooling: [],
};

/** Packages whose other dependencies are fixed too: they decide and do nothing. (croner computes the times of a cron expression.) */
export const onlyOutsideDependencies: Readonly<Record<string, readonly string[]>> = {
  domain: ['zod'],
  policy: ['croner'],
};

/** What "devDependencies" may add, for tests: the test kit, which uses none of those that use it. */
export const forTestsOnly = ['testkit'];
