import { eventLines, isItself, type PackedEvent, readEvent } from './events-file.ts';
import { linkOf, type PackManifest, packFiles } from './pack-format.ts';
import type { PackProblem } from './problem.ts';

/** Walks the chain of a pack and names the first event that is not what or where it was. */
export function verifyEvents(
  bytes: Uint8Array | undefined,
  chain: PackManifest['chain'] | null,
): { events: number; problems: PackProblem[] } {
  if (bytes === undefined) return { events: 0, problems: [] };
  const lines = eventLines(Buffer.from(bytes).toString('utf8'));
  const links = chain?.links ?? [];
  const broken = (event: number | null, detail: string) => ({
    events: lines.length,
    problems: [{ file: packFiles.events, event, detail }],
  });
  let prevHash = chain?.follows ?? null;
  for (const [position, line] of lines.entries()) {
    const link = links[position];
    const wanted = link === undefined ? null : Number(link.slice(0, link.indexOf(':')));
    const event = readEvent(line);
    if (event === null) return broken(wanted, 'the line of the event was changed: it is no event any more');
    if (chain !== null && link !== linkOf(event)) return broken(...explain(event, wanted, position, lines.length, links));
    if (!isItself(event)) return broken(event.id, 'the event was changed: it is not what its hash says');
    if (prevHash !== null && event.prevHash !== prevHash) return broken(event.id, 'the event does not follow the one before it');
    prevHash = event.hash;
  }
  if (lines.length < links.length) {
    const missing = links[lines.length] ?? '';
    return broken(Number(missing.slice(0, missing.indexOf(':'))), 'the event was removed, with all that follow');
  }
  return { events: lines.length, problems: [] };
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
