import type { PointView, RunView } from '@cbcr/client';
import { finishBackup } from '../commands/backup.ts';
import { followToSuccess } from '../follow-run.ts';
import { describeCopies } from '../output/describe-point.ts';
import type { ProtectedStory } from './story.ts';
import { withinBudget } from './within-budget.ts';

const captureSeconds = 120;
const verifySeconds = 90;

export interface Backup {
  point: PointView;
  /** How long the capture took, from the first byte to the commit. */
  ms: number;
}

/** One capture, fanned out to every placed region; ends when each copy is verified, or is owed by a region that is away. */
export async function backUpNow({ cli, client, instance }: ProtectedStory): Promise<Backup> {
  const started = await client.startBackup({ instance: instance.id });
  const run = await withinBudget(cli, captureSeconds, 'the backup has not ended', (limited) => followToSuccess(limited, client, started));
  const point = await withinBudget(cli, verifySeconds, 'not every copy has settled', (limited) => finishBackup(limited, client, run));
  cli.out.say(['', describeCopies(point)]);
  return { point, ms: durationOf(run) };
}

/** From when a worker took the run until it was done, by the scheduler's clock. */
export const durationOf = ({ startedAt, finishedAt }: RunView): number =>
  startedAt === null || finishedAt === null ? 0 : new Date(finishedAt).getTime() - new Date(startedAt).getTime();
