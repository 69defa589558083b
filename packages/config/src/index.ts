/**
 * `cbcr.yaml` and the environment, turned into typed values; secret references, resolved and sealed.
 *
 * The only reader of `process.env`. Must never take a decision, know an adapter, or show the value of a secret in a problem or an error:
 * what a file may name and the rules that it is checked against are passed in.
 */

export { readMachineEnvironment } from './environment/machine-environment.ts';
export { type ProcessEnvironment, readEnvironment } from './environment/read-environment.ts';
export {
  type CliEnvironment,
  cliEnvironment,
  type SchedulerEnvironment,
  schedulerEnvironment,
  type WorkerEnvironment,
  workerEnvironment,
} from './environment/services.ts';
export type { EnvironmentOf, EnvironmentSchema, Variable } from './environment/variable.ts';
export type { Config, ConfigResult, ConfigVocabulary } from './file/config.ts';
export { parseConfig } from './file/parse-config.ts';
export { invalidConfig, readConfigFile } from './file/read-config-file.ts';
export { formatProblems, type Problem } from './problem.ts';
export { createSecrets, type Secrets } from './secrets/create-secrets.ts';
