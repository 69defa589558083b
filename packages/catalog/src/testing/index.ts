/**
 * For tests of every package: a catalog with a database of its own, copied from a migrated template.
 *
 * Must never be imported by product code.
 */
export { createTestCatalog, type TestCatalog } from './test-catalog.ts';
