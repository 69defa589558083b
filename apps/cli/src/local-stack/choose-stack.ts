import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack, StackOptions } from '@cbcr/testkit';
import type { Cli } from '../cli.ts';
import { defaultStackName, locateStateFolder } from './find-stack.ts';

export const nameOption = ['--name <name>', 'which local stack, when there are several'] as const;

/** The stack that a `dev` command is about: `--name`, `--stack`, the one called `default`, or the only one that there is, running or not. */
export async function chooseStack(
  cli: Cli,
  options: { name?: string | undefined } & Pick<StackOptions, 'store' | 'onProgress'>,
): Promise<Stack> {
  const folder = locateStateFolder(cli);
  const name = options.name ?? cli.stackName() ?? chooseName(folder);
  return await cli.parts.openStack({ ...options, folder, name });
}

function chooseName(folder: string): string {
  const stacks = join(folder, 'stacks');
  const present = existsSync(stacks) ? readdirSync(stacks).filter((name) => existsSync(join(stacks, name, 'state.json'))) : [];
  const [only] = present;
  return only !== undefined && present.length === 1 ? only : defaultStackName;
}
