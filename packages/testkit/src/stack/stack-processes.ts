import { isProcessAlive } from '../processes/process-record.ts';
import type { StackState } from './stack-state.ts';

export interface StackProcess {
  name: string;
  kind: 'redis' | 'postgres' | 'store' | 'scheduler' | 'worker';
  /** Of stores and workers. */
  region: string | null;
}

/** All processes that the stack consists of, in the order in which they are shown. */
export function listStackProcesses({ store, regions, workersPerRegion }: StackState): StackProcess[] {
  const perRegion = <Item>(list: (id: string) => Item[]) => regions.flatMap(({ id }) => list(id));
  return [
    { name: 'redis', kind: 'redis', region: null },
    { name: 'catalog', kind: 'postgres', region: null },
    { name: 'customer', kind: 'postgres', region: null },
    ...(store === 'fs' ? [] : perRegion<StackProcess>((id) => [{ name: `store-${id}`, kind: 'store', region: id }])),
    { name: 'scheduler', kind: 'scheduler', region: null },
    ...perRegion<StackProcess>((id) =>
      Array.from({ length: workersPerRegion }, (_, i) => ({
        name: `worker-${id}${i === 0 ? '' : `-${i + 1}`}`,
        kind: 'worker',
        region: id,
      })),
    ),
  ];
}

export function isStackProcessAlive(state: StackState, name: string): boolean {
  const record = state.processes[name];
  return record !== undefined && isProcessAlive(record);
}

/** Processes that should run and do not; those of a region that was taken down on purpose should not run. */
export const listMissingProcesses = (state: StackState): StackProcess[] =>
  listStackProcesses(state).filter(
    ({ name, region }) => !(region !== null && state.outages.includes(region)) && !isStackProcessAlive(state, name),
  );
