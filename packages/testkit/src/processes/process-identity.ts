import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readProcStat } from './proc-stat.ts';

let bootId: string | undefined;
const readBootId = () => {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
};

/**
 * A text that tells the process with this pid from every other that had or will have the same pid, also across a reboot;
 * undefined when there is no such process, or only its zombie.
 */
export function readProcessIdentity(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
  } catch {
    return undefined;
  }
}

function identityFromProc(pid: number): string | undefined {
  const stat = readProcStat(pid);
  return stat && `${readBootId()}:${stat.startTicks}`;
}

function identityFromPs(pid: number): string | undefined {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const [state = '', ...started] = line.split(/\s+/);
  return line === '' || state.startsWith('Z') ? undefined : started.join(' ');
}
