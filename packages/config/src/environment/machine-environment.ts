import type { ProcessEnvironment } from './read-environment.ts';

/**
 * The variables of the machine as they are (PATH, HOME, LANG, …), for starting other programs. Variables of CBCR itself are left out: a child
 * gets those that it needs, by name.
 */
export function readMachineEnvironment(environment: ProcessEnvironment = process.env): ProcessEnvironment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('CBCR_') || name === 'CBCR_VERSITYGW'));
}
