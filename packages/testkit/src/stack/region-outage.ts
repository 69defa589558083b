import { CbcrError } from '@cbcr/domain';
import { killProcess } from '../processes/process-record.ts';
import { closeRegionFolder, reopenRegionFolder } from './region-outage-folder.ts';
import type { StackContext } from './stack-context.ts';
import { listStackProcesses } from './stack-processes.ts';
import { startStack } from './start-stack.ts';

/** Everything in the region goes at once and without a word, as in a real outage. */
export async function startOutage(context: StackContext, regionId: string): Promise<void> {
  const { file, paths, clock } = context;
  requireRegion(context, regionId);
  file.change((state) => {
    if (!state.outages.includes(regionId)) state.outages.push(regionId);
  });
  const records = listStackProcesses(file.state).flatMap(({ name, region }) => {
    const record = file.state.processes[name];
    return region === regionId && record !== undefined ? [record] : [];
  });
  await Promise.all([...records.map((record) => killProcess(record, clock)), closeRegionFolder(paths, file.state, regionId)]);
}

/** Starts the region's processes on the same data and addresses, and whatever else has died. Does nothing when all is up. */
export async function endOutage(context: StackContext, regionId: string): Promise<void> {
  const { file, paths } = context;
  requireRegion(context, regionId);
  await reopenRegionFolder(paths, file.state, regionId);
  file.change((state) => {
    state.outages = state.outages.filter((id) => id !== regionId);
  });
  await startStack(context);
}

function requireRegion({ file: { state } }: StackContext, regionId: string): void {
  if (state.regions.some(({ id }) => id === regionId)) return;
  throw new CbcrError('region.not-found', { region: regionId, known: state.regions.map(({ id }) => id).join(', ') });
}
