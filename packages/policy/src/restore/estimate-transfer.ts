import { type Link, linkKey, type MeasuredLinks, type RegionId, type Rulebook } from '@cbcr/domain';
import { priceOfTransfer } from '../change/prices.ts';

/** Null where nothing is known about it. */
export interface TransferEstimate {
  seconds: number | null;
  /** Before the first byte comes. */
  latencyMs: number | null;
  /** In the currency of the rulebook. */
  price: number | null;
}

const linksByRulebook = new WeakMap<Rulebook, ReadonlyMap<string, Link>>();

/** A rulebook is never changed in place, so that its links are looked up once. */
function linkBetween(rulebook: Rulebook, source: RegionId, target: RegionId): Link | undefined {
  const links = linksByRulebook.get(rulebook) ?? new Map(rulebook.links.map((link) => [linkKey(link.from, link.to), link]));
  linksByRulebook.set(rulebook, links);
  return links.get(linkKey(source, target));
}

/** The way that bytes of this size would take. */
export interface Transfer {
  rulebook: Rulebook;
  /** What workers measured of links. */
  measured: MeasuredLinks;
  source: RegionId;
  target: RegionId;
  bytes: number;
}

/**
 * Time by the bandwidth and latency of the link, price by the link or else by what the source charges for all that leaves it. Reading where
 * the data already is costs neither. Null when nothing is known.
 *
 * A latency that was measured goes before the declared one: it is a fact. A declared bandwidth goes before the throughput that was seen: a
 * transfer tells what held it back at the time, which may have been a limit, a slow disk or another transfer.
 */
export function estimateTransfer({ rulebook, measured, source, target, bytes }: Transfer): TransferEstimate | null {
  if (source === target) return { seconds: 0, latencyMs: 0, price: 0 };
  const declared = linkBetween(rulebook, source, target);
  const seen = measured.get(linkKey(source, target));
  const latencyMs = seen?.latencyMs ?? declared?.latencyMs ?? null;
  const bandwidth = declared?.bandwidth ?? seen?.bytesPerSecond ?? null;
  const price = priceOfTransfer(rulebook, source, target, bytes);
  const seconds = bandwidth === null || bandwidth === 0 ? null : bytes / bandwidth + (latencyMs ?? 0) / 1000;
  return seconds === null && latencyMs === null && price === null ? null : { seconds, latencyMs, price };
}

export function describeEstimate({ seconds, latencyMs, price }: TransferEstimate): string {
  const parts = [
    seconds === null ? 'time unknown' : `about ${Math.max(1, Math.round(seconds))} s`,
    seconds === null && latencyMs !== null && `latency ${latencyMs} ms`,
    price !== null && `transfer price ${price.toFixed(2)}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}
