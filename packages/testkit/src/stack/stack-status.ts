import type { StackPaths } from './stack-paths.ts';
import { isStackProcessAlive, listStackProcesses, type StackProcess } from './stack-processes.ts';
import type { StackState } from './stack-state.ts';

export interface StackProcessStatus extends StackProcess {
  /** `died`: it should run and does not. `outage`: its region was taken down on purpose. `stopped`: the stack was stopped. */
  state: 'running' | 'died' | 'outage' | 'stopped';
  pid: number | null;
  port: number | null;
  logFile: string | null;
}

export interface StackStatus {
  /** `partly`: some processes have died. `absent`: there is no stack of this name. */
  state: 'running' | 'partly' | 'stopped' | 'absent';
  name: string | null;
  store: 's3' | 'fs' | null;
  folder: string;
  /** Regions that were taken down on purpose. */
  outages: string[];
  processes: StackProcessStatus[];
}

/** Asks the operating system, not the record: a process that died on its own is seen. */
export function describeStackStatus(state: StackState | undefined, { folder }: StackPaths): StackStatus {
  if (state === undefined) return { state: 'absent', name: null, store: null, folder, outages: [], processes: [] };
  const processes = listStackProcesses(state).map((part): StackProcessStatus => {
    const isAlive = isStackProcessAlive(state, part.name);
    const isOut = part.region !== null && state.outages.includes(part.region);
    return {
      ...part,
      state: isAlive ? 'running' : !state.isWanted ? 'stopped' : isOut ? 'outage' : 'died',
      pid: isAlive ? (state.processes[part.name]?.pid ?? null) : null,
      port: state.ports[part.name] ?? null,
      logFile: state.processes[part.name]?.logFile ?? null,
    };
  });
  const isDamaged = processes.some((part) => part.state === 'died');
  const { name, store, outages } = state;
  return { state: !state.isWanted ? 'stopped' : isDamaged ? 'partly' : 'running', name, store, folder, outages, processes };
}
