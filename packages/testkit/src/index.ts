/**
 * Real servers as child processes, sample data, and a comparison of databases: for tests, and for the local stack that users run by
 * hand (`cbcr dev up`).
 *
 * Must never be part of a deployed service, and never import the catalog or another package that is tested with it.
 */
export { type ComparisonReport, compareDatabases, compareFingerprints, type TableComparison } from './compare/compare.ts';
export { type Fingerprint, type FingerprintOptions, fingerprintDatabase } from './compare/fingerprint.ts';
export { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy/fault-proxy.ts';
export type { Environment } from './processes/environment.ts';
export { findVersitygw, requirePostgresFolder } from './processes/find-program.ts';
export { findFreePort } from './processes/free-port.ts';
export { createTemporaryFolder, type TemporaryFolder } from './processes/temporary-folder.ts';
export { waitUntil } from './processes/wait-until.ts';
export { changeSampleDatabase, loadSampleDatabase, type SampleOptions } from './sample-data/load-sample-database.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './servers/postgres/postgres.ts';
export { createReadOnlyLogin } from './servers/read-only-login.ts';
export { type RedisOptions, type RedisServer, startRedis } from './servers/redis.ts';
export { createS3Client, type S3Settings } from './servers/s3-bucket.ts';
export type { Server, ServerOptions } from './servers/server.ts';
export { mountSmallDisk, type SmallDisk } from './servers/small-disk.ts';
export { createTestBucket } from './servers/test-bucket.ts';
export { createTestDatabase, ensureDatabase, ensureTemplateDatabase, type TestDatabase } from './servers/test-database.ts';
export { startVersitygw, type VersitygwOptions, type VersitygwServer } from './servers/versitygw.ts';
export { readStackFile, type StackFile } from './stack/read-stack-file.ts';
export { type StackRegion, samplePolicy, sampleRegions } from './stack/sample-regions.ts';
export { createStack, type Stack, type StackOptions, type UpResult } from './stack/stack.ts';
export type { StackProgram } from './stack/stack-context.ts';
export type { StackProcess } from './stack/stack-processes.ts';
export type { StackProcessStatus, StackStatus } from './stack/stack-status.ts';
