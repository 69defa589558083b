import { CbcrError } from '@cbcr/domain';
import { type StackRegion, samplePolicy } from './sample-regions.ts';
import { stackPaths } from './stack-paths.ts';
import { stackUrls } from './stack-secrets.ts';
import { readStackState } from './stack-state.ts';

/** How to use a local stack. Addresses and token are secrets of the user who started it. */
export interface StackFile {
  name: string;
  folder: string;
  /** Of the scheduler's API. */
  url: string;
  token: string;
  /** Holds `token`; readable by its owner alone. */
  tokenFile: string;
  /** The catalog. */
  databaseUrl: string;
  redisUrl: string;
  /** The database of the sample customer, and the superuser's address of its server, where targets of restores can be created. */
  customerUrl: string;
  customerAdminUrl: string;
  /** The reference under which workers find `customerUrl`, for registering the instance. */
  customerConnection: string;
  configFile: string;
  logFolder: string;
  store: 's3' | 'fs';
  regions: StackRegion[];
  policy: string;
}

/** Errors: stack.not-running when there is none of this name, or it was stopped. */
export function readStackFile(folder: string, name = 'default'): StackFile {
  const paths = stackPaths(folder, name);
  const state = readStackState(paths.state);
  if (!state?.isWanted) throw new CbcrError('stack.not-running', { folder });
  const urls = stackUrls(state);
  return {
    name: state.name,
    folder: paths.folder,
    url: urls.api,
    token: state.secrets.token,
    tokenFile: paths.secret('token'),
    databaseUrl: urls.database,
    redisUrl: urls.redis,
    customerUrl: urls.customer,
    customerAdminUrl: urls.customerAdmin,
    customerConnection: `file:${paths.secret('customer-url')}`,
    configFile: paths.config,
    logFolder: paths.logs,
    store: state.store,
    regions: state.regions,
    policy: samplePolicy,
  };
}
