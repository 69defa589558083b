import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const program = resolve(import.meta.dirname, '../../apps/cli/src/main.ts');

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The CLI as a user has it: a process with arguments, an environment and exit code. */
export function createCbcrCommand(environment: Record<string, string | undefined>) {
  const run = async (args: readonly string[], input = ''): Promise<CommandResult> => {
    const child = spawn(process.execPath, [program, ...args], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, stdout, stderr };
  };
  return {
    run,
    /** Runs with `--json`, expects success, and gives the document. */
    async json<Result>(...args: string[]): Promise<Result> {
      const { code, stdout, stderr } = await run([...args, '--json']);
      if (code !== 0) throw new Error(`cbcr ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
      return JSON.parse(stdout);
    },
  };
}
