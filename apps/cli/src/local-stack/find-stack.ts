import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { CbcrError, isCbcrError } from '@cbcr/domain';
import { readStackFile, type StackFile } from '@cbcr/testkit/stack-file';
import type { Cli } from '../cli.ts';

export const defaultStackName = 'default';

/**
 * The state folder of this folder or of the nearest one above it, as with `.git`; where there is none yet, the one that a new stack would get.
 * An absolute CBCR_HOME is taken as it is.
 */
export function locateStateFolder({ environment, currentFolder }: Pick<Cli, 'environment' | 'currentFolder'>): string {
  const { stateFolder } = environment();
  if (isAbsolute(stateFolder)) return stateFolder;
  for (let folder = currentFolder; ; folder = dirname(folder)) {
    if (existsSync(stacksFolder(join(folder, stateFolder)))) return join(folder, stateFolder);
    if (folder === dirname(folder)) return join(currentFolder, stateFolder);
  }
}

const stacksFolder = (stateFolder: string): string => join(stateFolder, 'stacks');

/**
 * The running stack that `--stack` names; without a name the one called `default`, or the only one that runs. Throws `stack.not-running`, and
 * `usage.invalid` when the choice is not clear.
 */
export function findStack(cli: Pick<Cli, 'environment' | 'currentFolder' | 'stackName'>): StackFile {
  const folder = locateStateFolder(cli);
  const named = cli.stackName();
  if (named !== undefined) return readNamedStack(folder, named);
  const running = listRunningStacks(folder);
  const chosen = running.find(({ name }) => name === defaultStackName) ?? (running.length === 1 ? running[0] : undefined);
  if (chosen !== undefined) return chosen;
  if (running.length === 0) throw new CbcrError('stack.not-running', { folder });
  const names = running.map(({ name }) => name).join(', ');
  throw new CbcrError('usage.invalid', { cause: `Several local stacks run (${names}): choose one with --stack` });
}

function readNamedStack(folder: string, name: string): StackFile {
  try {
    return readStackFile(folder, name);
  } catch (error) {
    if (!isCbcrError(error, 'stack.not-running')) throw error;
    const running = listRunningStacks(folder).map((stack) => stack.name);
    const names = running.length === 0 ? 'none runs' : `running: ${running.join(', ')}`;
    throw new CbcrError('stack.not-running', { folder: `${folder} that is called ${name} and runs (${names})` });
  }
}

function listRunningStacks(folder: string): StackFile[] {
  const names = existsSync(stacksFolder(folder)) ? readdirSync(stacksFolder(folder), { withFileTypes: true }) : [];
  return names.flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    try {
      return [readStackFile(folder, entry.name)];
    } catch (error) {
      if (error instanceof CbcrError && error.code === 'stack.not-running') return [];
      throw error;
    }
  });
}
