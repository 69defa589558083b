import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export interface Outcome {
  /** Undefined: it ended well. */
  failure: string | undefined;
  output: string;
  seconds: number;
}

/**
 * Runs a command of the workspace with this checkout's Node and tools first in PATH. `live` passes the output on as it
 * comes; otherwise it is kept. At the time limit the command and all its children are killed.
 */
export function runCommand(root: string, command: string[], timeoutMs: number, live: boolean): Promise<Outcome> {
  const started = performance.now();
  const [program = '', ...parameters] = command;
  const path = [join(root, '.tools/bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: root,
      env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
      detached: true,
    });
    let output = '';
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (output += data.toString()));

    const killAll = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    let overtime = false;
    const timer = setTimeout(() => {
      overtime = true;
      killAll();
    }, timeoutMs);
    process.once('exit', killAll);

    const end = (failure: string | undefined) => {
      clearTimeout(timer);
      process.off('exit', killAll);
      resolve({ failure, output, seconds: (performance.now() - started) / 1000 });
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => {
      if (overtime) end(`took longer than ${timeoutMs / 1000} s`);
      else if (signal !== null) end(`was ended by ${signal}`);
      else end(code === 0 ? undefined : `exit code ${code}`);
    });
  });
}
