import { killProcess } from '../processes/process-record.ts';
import { writeStackConfig } from './stack-config.ts';
import type { StackContext } from './stack-context.ts';
import { isStackProcessAlive, listMissingProcesses, listStackProcesses } from './stack-processes.ts';
import { writeSecretFiles } from './stack-secrets.ts';
import { startMissingServers } from './start-servers.ts';
import { startMissingServices } from './start-services.ts';
import { stopProcesses } from './stop-stack.ts';

/** Starts what is missing: everything at first, the rest after a crash or a reboot. What this call started is stopped when it fails. */
export async function startStack(context: StackContext): Promise<{ wasRunning: boolean; started: string[] }> {
  const { file } = context;
  await killUnfinished(context);
  const missing = listMissingProcesses(file.state);
  if (missing.length === 0 && file.state.isWanted) return { wasRunning: true, started: [] };

  const portsBefore = JSON.stringify(serverPorts(context));
  file.change((state) => {
    state.isWanted = true;
  });
  try {
    await startMissingServers(context, missing);
    writeSecretFiles(context.paths, file.state);
    writeStackConfig(context.paths, file.state);
    // Services that still run know the servers by addresses that are no longer true.
    if (JSON.stringify(serverPorts(context)) !== portsBefore)
      await stopProcesses(context, (kind) => kind === 'scheduler' || kind === 'worker');
    await startMissingServices(context, listMissingProcesses(file.state));
  } catch (error) {
    const names = missing.map(({ name }) => name);
    await stopProcesses(context, (_kind, name) => names.includes(name));
    if (listStackProcesses(file.state).every(({ name }) => !isStackProcessAlive(file.state, name))) {
      file.change((state) => {
        state.isWanted = false;
      });
    }
    throw error;
  }
  return { wasRunning: false, started: missing.map(({ name }) => name) };
}

const serverPorts = ({ file: { state } }: StackContext) =>
  listStackProcesses(state).flatMap(({ name, kind }) => (kind === 'scheduler' || kind === 'worker' ? [] : [state.ports[name] ?? null]));

/** A command that was killed while it started a process left one whose address nobody knows. */
async function killUnfinished({ file: { state }, clock }: StackContext): Promise<void> {
  for (const { name } of listStackProcesses(state)) {
    const record = state.processes[name];
    if (record !== undefined && state.ports[name] === undefined) await killProcess(record, clock);
  }
}
