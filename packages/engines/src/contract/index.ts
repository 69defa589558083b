/**
 * What the `Engine` port promises, as one suite of tests that every engine passes against its real database. An engine's own integration test brings a
 * fixture: how to make a source and a target, how to compare them, how to kill the producer.
 *
 * Must never be imported by product code: it needs vitest, and it kills processes.
 */
export { type ChildProcessFacts, listChildren } from './children.ts';
export { describeEngine } from './describe-engine.ts';
export type { EngineFixture, SourceKind } from './engine-fixture.ts';
