import { type CbcrClient, createClient } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Cli } from './cli.ts';
import { findStack } from './local-stack/find-stack.ts';
import type { ServerAddress } from './output/output.ts';

/**
 * The scheduler that CBCR_URL names, or else that of the local stack. Nothing is sent yet. Throws `config.environment-invalid` for half an
 * address and `stack.not-running` when there is none at all.
 */
export function findScheduler(cli: Cli): ServerAddress & { token: string } {
  const { url, token } = cli.environment();
  if (url === undefined) {
    const stack = findStack(cli);
    return { url: stack.url, token: stack.token, namedBy: `the local stack ${stack.name} in ${stack.folder}` };
  }
  if (token === undefined) throw new CbcrError('config.environment-invalid', { cause: 'CBCR_URL is set and CBCR_TOKEN is missing' });
  return { url, token, namedBy: 'CBCR_URL' };
}

/** A client whose requests end at once when the person interrupts. */
export function openClient({ signal }: Pick<Cli, 'signal'>, address: { url: string; token: string }): CbcrClient {
  return createClient({
    ...address,
    fetch: (input, init) => fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal }),
  });
}

/** The catalog that CBCR_DATABASE_URL names, or else that of the local stack. Throws `stack.not-running`. */
export function findDatabaseUrl(cli: Cli): string {
  return cli.environment().databaseUrl ?? findStack(cli).databaseUrl;
}
