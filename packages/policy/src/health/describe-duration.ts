const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
] as const;

/** A duration for people, in whole units: `12 s`, `3 min`, `5 h`, `2 d`. Seconds are kept up to two minutes, where they still matter. */
export function describeDuration(ms: number): string {
  const unit = ms >= 120_000 ? units.find((candidate) => ms >= candidate.ms) : undefined;
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.name}` : `${Math.floor(ms / 1000)} s`;
}
