import { eventLines, isItself, type PackedEvent, readEvent } from './events-file.ts';
import { linkOf, type PackManifest, packFiles } from './pack-format.ts';
import type { PackProblem } from './problem.ts';
import type { ReadPack } from './read-pack.ts';

/** Walks the chain of a pack and names the first event that is not what or where it was. */
export async function verifyEvents(
  pack: ReadPack,
  chain: PackManifest['chain'] | null,
): Promise<{ events: number; problems: PackProblem[] }> {
  if (!pack.names.includes(packFiles.events)) return { events: 0, problems: [] };
  const lines = () => eventLines(pack.read(packFiles.events));
  const links = chain?.links ?? [];
  /** Read once more for what is broken: what was added and what was removed differ by it. */
  const countLines = async () => {
    let count = 0;
    for await (const _ of lines()) count += 1;
    return count;
  };
  const broken = async (event: number | null, detail: string) => ({
    events: await countLines(),
    problems: [{ file: packFiles.events, event, detail }],
  });
  let prevHash = chain?.follows ?? null;
  let position = 0;
  for await (const line of lines()) {
    const link = links[position];
    const wanted = link === undefined ? null : Number(link.slice(0, link.indexOf(':')));
    const event = readEvent(line);
    if (event === null) return broken(wanted, 'the line of the event was changed: it is no event any more');
    if (chain !== null && link !== linkOf(event)) return broken(...explain(event, wanted, position, await countLines(), links));
    if (!isItself(event)) return broken(event.id, 'the event was changed: it is not what its hash says');
    if (prevHash !== null && event.prevHash !== prevHash) return broken(event.id, 'the event does not follow the one before it');
    prevHash = event.hash;
    position += 1;
  }
  if (position < links.length) {
    const missing = links[position] ?? '';
    return broken(Number(missing.slice(0, missing.indexOf(':'))), 'the event was removed, with all that follow');
  }
  return { events: position, problems: [] };
}

/** The event is not the one that was signed for this place. */
function explain(
  event: PackedEvent,
  wanted: number | null,
  position: number,
  count: number,
  links: readonly string[],
): [number | null, string] {
  if (wanted === null) return [event.id, 'the event was added behind the last one that was signed'];
  const elsewhere = links.indexOf(linkOf(event));
  if (elsewhere === -1) {
    if (event.id === wanted) return [wanted, isItself(event) ? 'the event was written anew, with its hash' : 'the event was changed'];
    return [
      count > links.length ? event.id : wanted,
      `event ${event.id} stands in the place of event ${wanted}: it was inserted or renumbered`,
    ];
  }
  if (elsewhere > position && count < links.length) return [wanted, 'the event was removed'];
  return [wanted, `event ${event.id} stands in the place of event ${wanted}: their order was changed`];
}
