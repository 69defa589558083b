import type { Reason, RecoveryPointId, RunId } from '@cbcr/domain';
import { and, eq, inArray, ne } from 'drizzle-orm';
import { notify } from '../channels.ts';
import type { Executor } from '../query-context.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { type RunWriter, writerColumns } from './fence.ts';

/**
 * A run that ends or begins anew leaves no point in capture: whatever it was capturing is failed, with its copies, and its segments
 * become garbage. `except` is the capture that goes on.
 */
export async function abandonCaptures(
  tx: Executor,
  now: Date,
  { run, writer, reason, except }: { run: RunId; writer: RunWriter | null; reason: Reason; except?: RecoveryPointId },
): Promise<void> {
  const abandoned = await tx
    .update(recoveryPoints)
    .set({ state: 'failed', completedAt: now, ...writerColumns(writer) })
    .where(
      and(
        eq(recoveryPoints.runId, run),
        eq(recoveryPoints.state, 'capturing'),
        except === undefined ? undefined : ne(recoveryPoints.id, except),
      ),
    )
    .returning({ id: recoveryPoints.id });
  if (abandoned.length === 0) return;
  const points = abandoned.map((point) => point.id);
  await tx
    .update(copies)
    .set({ state: 'failed', reason, nextAttemptAt: null, ...writerColumns(writer) })
    .where(and(inArray(copies.pointId, points), inArray(copies.state, ['planned', 'copying'])));
  for (const point of points) await notify(tx, 'points', point);
}
