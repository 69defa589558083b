import type { RegionView } from '@cbcr/client';
import { formatDuration, formatRate, formatTime } from './format.ts';
import type { Text } from './text.ts';

type Probe = NonNullable<RegionView['probe']>;

/** In the order of the table; the words of cbcr.yaml where it knows them. */
const abilities = ['objectLock', 'versioning', 'conditionalPut', 'checksums', 'serverSideCopy'] as const satisfies readonly (keyof Probe)[];

/** `objectLock, versioning`; what nobody has tried is not known. */
export function listAbilities({ probe }: RegionView): string {
  return probe === null ? 'not probed yet' : abilities.filter((ability) => probe[ability]).join(', ') || 'none';
}

/** `3m 12s ago`. */
export const describeAge = (iso: string, now: Date): string => `${formatDuration(now.getTime() - Date.parse(iso))} ago`;

/** A region with all that is known of its store. */
export function describeRegion(region: RegionView, now: Date): Text {
  const { id, jurisdictions, provider, storeKind, encrypted, health, workers, probe } = region;
  const head = [
    `${id}  ${jurisdictions.join(', ')}${provider === null ? '' : `, provider ${provider}`}`,
    `store      ${storeKind}${encrypted ? ', copies are encrypted' : ''}`,
    `health     ${health.state} since ${formatTime(health.since)}: ${health.reason}`,
    `workers    ${workers}`,
  ];
  const links = region.links.length === 0 ? [] : ['', describeLinks(region.links, now)];
  if (probe === null) return [...head, 'abilities  not probed yet: no worker has tried the store', ...links];
  return [
    ...head,
    `location   ${probe.location ?? 'the store does not say where it is'}`,
    `probed     ${formatTime(probe.probedAt)}, ${describeAge(probe.probedAt, now)}, by ${probe.worker}`,
    '',
    { head: ['ability', 'found'], rows: abilities.map((ability) => [ability, probe[ability] ? 'yes' : 'no']) },
    ...links,
  ];
}

const known = <Value>(value: Value | null, format: (value: Value) => string): string => (value === null ? '–' : format(value));

/** What counts of each: the measured latency before the declared one, the declared bandwidth before the throughput that was seen. */
const describeLinks = (links: RegionView['links'], now: Date): Text => ({
  head: ['link from', 'latency', 'declared', 'throughput seen', 'declared bandwidth', 'price per GiB', 'measured'],
  rows: links.map(({ from, latencyMs, latencyAt, bytesPerSecond, throughputAt, declared }) => [
    ...[from, known(latencyMs, (ms) => `${ms} ms`), known(declared.latencyMs, (ms) => `${ms} ms`)],
    ...[known(bytesPerSecond, perSecond), known(declared.bandwidth, perSecond), known(declared.pricePerGiB, String)],
    known(latencyAt ?? throughputAt, (at) => describeAge(at, now)),
  ]),
});
const perSecond = (bytes: number): string => formatRate(bytes, 1_000);
