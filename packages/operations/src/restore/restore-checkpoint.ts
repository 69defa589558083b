import type { Engine } from '@cbcr/engines';
import { type JobKinds, jobKinds, type ParamsOf, type ResultOf, type RunContext } from '@cbcr/jobs';
import { z } from 'zod';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { withScratchFolder } from '../scratch-folder.ts';

type Result = ResultOf<JobKinds['restore']>;

const checkpointSchema = z.object({ receipt: z.string(), result: jobKinds.restore.result });

/** Told to the catalog right before the target is complete, so that a worker that dies between the two leaves no doubt. */
export const keepCheckpoint = async (
  { catalog }: OperationDependencies,
  { run, epoch }: Pick<RunContext<unknown>, 'run' | 'epoch'>,
  checkpoint: z.infer<typeof checkpointSchema>,
): Promise<void> => await catalog.ledger.checkpoint(run.id, epoch, checkpoint);

/** The result of an earlier start of this run that completed the target and was killed before it could say so. Null: there is work to do. */
export async function findRestored(
  deps: OperationDependencies,
  { run, params, epoch, signal, log }: RunContext<ParamsOf<JobKinds['restore']>>,
  engine: Engine,
): Promise<Result | null> {
  const kept = checkpointSchema.safeParse((await deps.catalog.runs.get(run.id)).checkpoint);
  if (!kept.success) return null;
  const { receipt, result } = kept.data;
  const target = await deps.resolveConnection(params.target);
  const restored = await withScratchFolder(deps.scratchFolder, run, (scratchFolder) =>
    engine.isRestored(
      target,
      { signal, scratchFolder, note: (message, noted = {}) => log.info(noted, message) },
      { owner: { id: run.id, attempt: epoch }, receipt },
    ),
  );
  log.info({ restored }, 'an earlier start of the run came as far as the end');
  return restored ? result : null;
}
