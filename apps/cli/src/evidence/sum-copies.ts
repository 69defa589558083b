import type { PointView } from '@cbcr/client';
import type { ReportContent } from '@cbcr/evidence';

/** Sums of copies for each instance and region, of points that come page by page. */
export function createCopySums(): { add(points: readonly PointView[]): void; read(): ReportContent['copies'] } {
  const sums = new Map<string, { instance: string; region: string; verified: number; others: number; oldestVerification: string | null }>();
  const add = (instance: string, { region, state, verifiedAt }: PointView['copies'][number]) => {
    if (state === 'deleted') return;
    const key = `${instance} ${region}`;
    const sum = sums.get(key) ?? { instance, region, verified: 0, others: 0, oldestVerification: null };
    sums.set(key, sum);
    if (state !== 'verified') sum.others += 1;
    else {
      sum.verified += 1;
      if (verifiedAt !== null && (sum.oldestVerification === null || verifiedAt < sum.oldestVerification))
        sum.oldestVerification = verifiedAt;
    }
  };
  return {
    add(points) {
      for (const { instance, copies } of points) for (const copy of copies) add(instance, copy);
    },
    read: () => [...sums.values()],
  };
}
