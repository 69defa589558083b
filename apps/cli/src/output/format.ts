const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** 1536 → `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Megabytes (10⁶ bytes) per second, as disks and networks are sold. */
export function formatRate(bytes: number, milliseconds: number): string {
  return milliseconds <= 0 ? '–' : `${(bytes / 1e6 / (milliseconds / 1000)).toFixed(1)} MB/s`;
}

/** 95_000 → `1m 35s`; below a minute with one decimal. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${Math.floor(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** `2026-11-23 07:10:36Z`: sorts, and says its zone. */
export const formatTime = (iso: string | null): string => (iso === null ? '–' : `${iso.slice(0, 19).replace('T', ' ')}Z`);

/** `1 copy`, `2 copies`. */
export const formatCount = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/** What a cbcr.yaml brought. */
export const formatConfigCounts = (counts: { regions: number; policies: number; instances: number }): string =>
  [
    formatCount(counts.regions, 'region'),
    formatCount(counts.policies, 'policy', 'policies'),
    formatCount(counts.instances, 'instance'),
  ].join(', ');
