/**
 * Evidence packs: what an installation did in a period, signed, verifiable by anybody with the public key and nothing else.
 * docs/formats/evidence.md specifies them.
 *
 * Content in, bytes out, as they come: a pack may be larger than memory. Must never open a file, ask the catalog or know where the content comes from: whoever
 * verifies a pack has none of these.
 */
export { beginPack, type PackSink, type PackWriter } from './begin-pack.ts';
export { controlEvidence } from './control-evidence.ts';
export type { PackedEvent } from './events-file.ts';
export { type MappedFramework, mapControls } from './map-controls.ts';
export { packFiles } from './pack-format.ts';
export type { ReadPack } from './read-pack.ts';
export { type ReportContent, renderReport } from './render-report.ts';
export { longestTable } from './report-tables.ts';
export { createKeyPair, fingerprintOf, type KeyPair, readPrivateKey, readPublicKey } from './signing-key.ts';
export { createEventSummary, type EventSummary } from './summarize-events.ts';
export { type PackVerification, verifyPack } from './verify-pack.ts';
