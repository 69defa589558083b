import { stopProcess } from '../processes/process-record.ts';
import { reopenRegionFolder } from './region-outage-folder.ts';
import type { StackContext } from './stack-context.ts';
import { listStackProcesses, type StackProcess } from './stack-processes.ts';

/** Longer than a worker may take to hand its runs back. */
const deadlineMs = 12_000;

/** Stops services before the servers that they need. Outages end: the next start is a whole one. */
export async function stopStack(context: StackContext): Promise<void> {
  const { file, paths } = context;
  await stopProcesses(context, (kind) => kind === 'scheduler' || kind === 'worker');
  await stopProcesses(context, () => true);
  for (const regionId of file.state.outages) await reopenRegionFolder(paths, file.state, regionId);
  file.change((state) => {
    state.isWanted = false;
    state.outages = [];
    state.processes = {};
  });
}

export async function stopProcesses(
  { file: { state }, clock, onProgress }: StackContext,
  isChosen: (kind: StackProcess['kind'], name: string) => boolean,
): Promise<void> {
  await Promise.all(
    listStackProcesses(state).map(async ({ name, kind }) => {
      const record = state.processes[name];
      if (record === undefined || !isChosen(kind, name)) return;
      const how = await stopProcess(record, { deadlineMs, clock });
      if (how !== 'absent') onProgress(how === 'killed' ? `${name} did not stop in time and was killed` : `${name} has stopped`);
    }),
  );
}
