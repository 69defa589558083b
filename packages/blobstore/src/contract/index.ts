/**
 * What the `BlobStore` port promises, as checks that run on any real store: an adapter's tests run them, and an operator runs them
 * against the bucket of a region.
 *
 * Must not depend on a test framework, and must write nothing outside the scope that it is given (`probe/`, and `v1/contract-…` for erasers, aside).
 */
export type { StoreCheck } from './check.ts';
export { blobStoreChecks, type CheckResult, runBlobStoreChecks } from './run-checks.ts';
