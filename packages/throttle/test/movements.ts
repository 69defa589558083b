/** A piece that one worker moved. */
export interface Movement {
  readonly worker: number;
  /** Since 1970. */
  readonly atMs: number;
  readonly bytes: number;
}

const total = (movements: readonly Movement[]) => movements.reduce((sum, { bytes }) => sum + bytes, 0);
export const within = (movements: readonly Movement[], fromMs: number, toMs: number) =>
  movements.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);

/** Bytes per second. */
export const meanRate = (movements: readonly Movement[], fromMs: number, toMs: number) =>
  (total(within(movements, fromMs, toMs)) / (toMs - fromMs)) * 1000;

/** The most that was moved in any second, wherever it begins. */
export function busiestSecond(movements: readonly Movement[]): number {
  const sorted = movements.toSorted((a, b) => a.atMs - b.atMs);
  let [most, sum, first] = [0, 0, 0];
  for (const { atMs, bytes } of sorted) {
    sum += bytes;
    for (let oldest = sorted[first]; oldest !== undefined && oldest.atMs <= atMs - 1000; oldest = sorted[++first]) sum -= oldest.bytes;
    most = Math.max(most, sum);
  }
  return most;
}

/** Jain's index over what each worker got: 1 is equal shares, 1/n is all for one. */
export function fairness(movements: readonly Movement[], workers: number): number {
  const shares = Array.from({ length: workers }, (_, worker) => total(movements.filter((movement) => movement.worker === worker)));
  const sum = shares.reduce((a, b) => a + b, 0);
  return sum ** 2 / (workers * shares.reduce((a, b) => a + b ** 2, 0));
}
