import { createHash, type KeyObject } from 'node:crypto';
import { eventsFrame, type PackedEvent, renderEvent } from './events-file.ts';
import { documentOf, linkOf, listItemOf, type PackManifest, type PackSeal, packFiles, statementOf } from './pack-format.ts';
import { fingerprintOf, pemOf, signText } from './signing-key.ts';

/** Where the files of a pack go. */
export interface PackSink {
  /** Adds to the end of a file, which begins with the first call; resolves when more may come. */
  append(file: string, text: string): Promise<void>;
}

interface PackFacts {
  madeAt: Date;
  /** Name and version of the program. */
  madeBy: string;
  /** `to` is not part of it. */
  period: { from: Date; to: Date };
  /** Null: all. */
  instances: readonly string[] | null;
  chainId: string;
}

/** One JSON file that is a list, written as its items come. */
interface PackList {
  add(items: readonly unknown[]): Promise<void>;
  end(): Promise<void>;
}

/** Files may be written in any order, several at a time; each goes to the sink as it comes, and nothing of it stays in memory but its hash. */
export interface PackWriter {
  /** In the order of the chain, without a gap; of each, 30 bytes stay in memory. */
  addEvents(events: readonly PackedEvent[]): Promise<void>;
  /** `name` is that of the file without its ending. */
  openList(name: string): PackList;
  addDocument(name: string, document: unknown): Promise<void>;
  /** The report is one HTML file. Signs the pack; gives the names of its files. */
  finish(facts: PackFacts, report: string): Promise<string[]>;
}

/** The same content, key and order of files within a list give the same bytes. */
export function beginPack(key: KeyObject, sink: PackSink): PackWriter {
  const open = new Map<string, { hash: ReturnType<typeof createHash>; bytes: number }>();
  const listed: PackManifest['files'] = [];
  const links: string[] = [];
  let follows: string | null = null;
  let head: PackManifest['chain']['head'] = null;

  const append = async (name: string, text: string) => {
    const file = open.get(name) ?? { hash: createHash('sha256'), bytes: 0 };
    open.set(name, file);
    const bytes = Buffer.from(text, 'utf8');
    file.hash.update(bytes);
    file.bytes += bytes.length;
    await sink.append(name, text);
  };
  const end = (name: string) => {
    const file = open.get(name);
    if (file !== undefined) listed.push({ name, bytes: file.bytes, sha256: file.hash.digest('hex') });
    open.delete(name);
  };
  const add = async (name: string, text: string) => {
    await append(name, text);
    end(name);
  };

  return {
    async addEvents(events) {
      if (events.length === 0) return;
      const text = events.map(renderEvent).join(eventsFrame.between);
      await append(packFiles.events, `${links.length === 0 ? eventsFrame.begin : eventsFrame.between}${text}`);
      follows ??= events[0]?.prevHash ?? null;
      for (const event of events) {
        links.push(linkOf(event));
        head = { id: event.id, hash: event.hash };
      }
    },
    openList(name) {
      const file = `${name}.json`;
      let isEmpty = true;
      return {
        async add(items) {
          if (items.length === 0) return;
          await append(file, `${isEmpty ? '[' : ','}\n${items.map(listItemOf).join(',\n')}`);
          isEmpty = false;
        },
        end: () => (isEmpty ? add(file, documentOf([])) : add(file, '\n]\n')),
      };
    },
    addDocument: (name, document) => add(`${name}.json`, documentOf(document)),
    async finish({ madeAt, madeBy, period, instances, chainId }, report) {
      await add(packFiles.events, `${links.length === 0 ? eventsFrame.begin : ''}${eventsFrame.end}`);
      await add(packFiles.report, report);
      await add(packFiles.publicKey, pemOf(key));
      const manifest: PackManifest = {
        format: 'cbcr-evidence',
        version: 1,
        madeAt: madeAt.toISOString(),
        madeBy,
        period: { from: period.from.toISOString(), to: period.to.toISOString() },
        instances: instances === null ? null : [...instances],
        key: fingerprintOf(key),
        chain: { chainId, follows, head, links },
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
      await sink.append(packFiles.manifest, text);
      await sink.append(packFiles.seal, documentOf(seal));
      return [...manifest.files.map(({ name }) => name), packFiles.manifest, packFiles.seal];
    },
  };
}
