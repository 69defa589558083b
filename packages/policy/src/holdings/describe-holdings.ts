const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes for people: `0 B`, `512 MiB`, `1.5 TiB`. */
export function describeBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `1 point`, `400 points`. */
export const countPoints = (count: number): string => (count === 1 ? '1 point' : `${count} points`);

/** `a`, `a and b`, `a, b and c`; `no region` when there is none. */
export function listRegions(regions: readonly string[]): string {
  if (regions.length === 0) return 'no region';
  return regions.length === 1 ? `${regions[0]}` : `${regions.slice(0, -1).join(', ')} and ${regions.at(-1)}`;
}
