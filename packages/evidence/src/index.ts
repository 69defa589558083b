/**
 * Evidence packs: what an installation did in a period, signed, verifiable by anybody with the public key and nothing else.
 * docs/formats/evidence.md specifies them.
 *
 * Bytes in, bytes out. Must never open a file, ask the catalog or know where the content comes from: whoever verifies a pack has none of these.
 */
export { controlEvidence } from './control-evidence.ts';
export { createPack, type PackContent } from './create-pack.ts';
export type { PackedEvent } from './events-file.ts';
export type { ReadPack } from './find-seal.ts';
export { type MappedFramework, mapControls } from './map-controls.ts';
export { type ReportContent, renderReport } from './render-report.ts';
export { createKeyPair, fingerprintOf, type KeyPair, readPrivateKey, readPublicKey } from './signing-key.ts';
export { type PackVerification, verifyPack } from './verify-pack.ts';
