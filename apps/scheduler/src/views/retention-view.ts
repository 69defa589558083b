import type { RetentionExplanationView, RetentionPreviewView } from '@cbcr/client';
import type { HeldPoint, InstanceId } from '@cbcr/domain';
import { describeRetentionPreview, describeVerdicts, type judgeRetention } from '@cbcr/policy';
import type { previewRetention } from '../read-retention.ts';

type Verdict = ReturnType<typeof judgeRetention>[number];

export function describeRetention(
  instance: InstanceId,
  version: number,
  verdicts: readonly Verdict[],
  points: readonly HeldPoint[],
): RetentionExplanationView {
  const held = new Map(points.map((point) => [point.id, point]));
  return {
    ...{ instance, version, text: describeVerdicts(verdicts, points) },
    copies: verdicts.flatMap((verdict) => {
      const point = held.get(verdict.point);
      return point === undefined ? [] : [describeVerdict({ ...verdict, capturedAtMs: point.capturedAtMs, bytes: point.storedBytes })];
    }),
  };
}

export const describePreview = ({ at, ...preview }: Awaited<ReturnType<typeof previewRetention>>): RetentionPreviewView => ({
  ...{
    at: at.toISOString(),
    total: preview.total,
    sums: [...preview.sums],
    left: preview.left,
    lastGood: [...preview.lastGood],
    text: describeRetentionPreview(preview),
  },
  copies: preview.copies.map((copy) => ({ ...describeVerdict(copy), instance: copy.instance, change: copy.change })),
});

const describeVerdict = (copy: Verdict & { capturedAtMs: number; bytes: number }) => ({
  ...{ point: copy.point, region: copy.region, bytes: copy.bytes, verdict: copy.verdict, reasons: [...copy.reasons] },
  capturedAt: new Date(copy.capturedAtMs).toISOString(),
  expiresAt: copy.expiresAt?.toISOString() ?? null,
  finding: copy.finding ?? null,
});
