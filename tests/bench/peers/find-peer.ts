import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NotInstalled } from '../measurements.ts';

/** The version of an installed program. Nothing is installed for a measurement: what is missing is said. */
export async function requirePeer(program: string, versionArgument: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [versionArgument]);
    return stdout.trim();
  } catch {
    throw new NotInstalled(`${program} is not installed (Debian has it: apt-get install ${program})`);
  }
}
