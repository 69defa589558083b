import type { Link, RegionId, Rulebook } from '@cbcr/domain';
import { priceOfTransfer } from '../change/prices.ts';

/** Null where nothing is known about it. */
export interface TransferEstimate {
  seconds: number | null;
  /** One way, before the first byte comes. */
  latencyMs: number | null;
  /** In the currency of the rulebook. */
  price: number | null;
}

const linksByRulebook = new WeakMap<Rulebook, ReadonlyMap<string, Link>>();

/** A rulebook is never changed in place, so that its links are looked up once. */
function linkBetween(rulebook: Rulebook, source: RegionId, target: RegionId): Link | undefined {
  const links = linksByRulebook.get(rulebook) ?? new Map(rulebook.links.map((link) => [`${link.from} ${link.to}`, link]));
  linksByRulebook.set(rulebook, links);
  return links.get(`${source} ${target}`);
}

/**
 * Time by the bandwidth and latency of the link, price by the link or else by what the source charges for all that leaves it. Reading where
 * the data already is costs neither. Null when nothing is known.
 */
export function estimateTransfer(rulebook: Rulebook, source: RegionId, target: RegionId, bytes: number): TransferEstimate | null {
  if (source === target) return { seconds: 0, latencyMs: 0, price: 0 };
  const { bandwidth, latencyMs = null } = linkBetween(rulebook, source, target) ?? {};
  const price = priceOfTransfer(rulebook, source, target, bytes);
  const seconds = bandwidth === undefined ? null : bytes / bandwidth + (latencyMs ?? 0) / 1000;
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
