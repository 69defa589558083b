import type { RegionId } from '@cbcr/domain';

/** What is known of the way from one region to another. */
export interface LinkFacts {
  source: RegionId;
  target: RegionId;
  /** Measured throughput. */
  bytesPerSecond?: number;
  /** What the source's provider charges per GiB that leaves; any currency, the same for all links. */
  pricePerGib?: number;
}

/** Null where the link says nothing about it. */
export interface TransferEstimate {
  seconds: number | null;
  price: number | null;
}

const gib = 1024 ** 3;

/** Reading where the data already is costs no transfer. Null when nothing is known of the link. */
export function estimateTransfer(source: RegionId, target: RegionId, bytes: number, links: readonly LinkFacts[]): TransferEstimate | null {
  if (source === target) return { seconds: 0, price: 0 };
  const link = links.find((candidate) => candidate.source === source && candidate.target === target);
  if (!link) return null;
  return {
    seconds: link.bytesPerSecond !== undefined && link.bytesPerSecond > 0 ? bytes / link.bytesPerSecond : null,
    price: link.pricePerGib !== undefined ? (bytes / gib) * link.pricePerGib : null,
  };
}

export function describeEstimate({ seconds, price }: TransferEstimate): string {
  const time = seconds === null ? 'time unknown' : `about ${Math.max(1, Math.round(seconds))} s`;
  return price === null ? time : `${time}, transfer price ${price.toFixed(2)}`;
}
