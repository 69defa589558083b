import type { RegionId } from '../ids.ts';

/** Separates products that share one Redis; the local stack and every deployment use the default. */
export const defaultNamespace = 'cbcr';

/** `backup.eu-central`: a kind's queue in one region. BullMQ forbids ':' in it, and the names of kinds and regions cannot hold one. */
export const queueNameOf = (kind: string, region: RegionId): string => `${kind}.${region}`;

/** The braces are a Redis Cluster hash tag: all keys of a region live in one slot, which BullMQ's scripts need. */
export const keyPrefixOf = (region: RegionId, namespace: string = defaultNamespace): string => `{${namespace}-${region}}`;

/** The pub/sub channel over which a region's workers hear of cancelled runs. */
export const cancelChannelOf = (region: RegionId, namespace: string = defaultNamespace): string =>
  `${keyPrefixOf(region, namespace)}:cancel`;
