import type { KeyObject } from 'node:crypto';
import { type PackedEvent, renderEvents } from './events-file.ts';
import { documentOf, linkOf, type PackManifest, type PackSeal, packFiles, sha256Of, statementOf } from './pack-format.ts';
import { fingerprintOf, pemOf, signText } from './signing-key.ts';

export interface PackContent {
  madeAt: Date;
  /** Name and version of the program. */
  madeBy: string;
  /** `to` is not part of it. */
  period: { from: Date; to: Date };
  /** Null: all. */
  instances: readonly string[] | null;
  chainId: string;
  /** In the order of the chain, without a gap. */
  events: readonly PackedEvent[];
  /** Everything else, by file name without its ending; each becomes a JSON file. */
  documents: Readonly<Record<string, unknown>>;
  /** One HTML file. */
  report: string;
}

/** The files of a signed pack, by name. The same content and key give the same bytes. */
export function createPack(content: PackContent, key: KeyObject): ReadonlyMap<string, Uint8Array> {
  const { events } = content;
  const files = new Map<string, Uint8Array>();
  const add = (name: string, text: string) => files.set(name, Buffer.from(text, 'utf8'));
  add(packFiles.events, renderEvents(events));
  for (const [name, document] of Object.entries(content.documents)) add(`${name}.json`, documentOf(document));
  add(packFiles.report, content.report);
  add(packFiles.publicKey, pemOf(key));

  const listed = [...files].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256Of(bytes) }));
  const [first] = events;
  const last = events.at(-1);
  const manifest: PackManifest = {
    format: 'cbcr-evidence',
    version: 1,
    madeAt: content.madeAt.toISOString(),
    madeBy: content.madeBy,
    period: { from: content.period.from.toISOString(), to: content.period.to.toISOString() },
    instances: content.instances === null ? null : [...content.instances],
    key: fingerprintOf(key),
    chain: {
      chainId: content.chainId,
      follows: first?.prevHash ?? null,
      head: last === undefined ? null : { id: last.id, hash: last.hash },
      links: events.map(linkOf),
    },
    files: listed.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
  const text = documentOf(manifest);
  const seal: PackSeal = {
    algorithm: 'Ed25519',
    key: manifest.key,
    publicKey: pemOf(key),
    signature: signText(key, text),
    files: manifest.files.map(({ name, sha256 }) => ({ name, signature: signText(key, statementOf(name, sha256)) })),
    manifest: text,
  };
  add(packFiles.manifest, text);
  add(packFiles.seal, documentOf(seal));
  return files;
}
