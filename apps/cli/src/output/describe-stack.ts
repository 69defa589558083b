import { readStackFile } from '@cbcr/testkit/stack-file';

/** How to use a running local stack; nothing secret, so that it can be printed anywhere. */
export interface StackFacts {
  name: string;
  folder: string;
  url: string;
  board: string;
  /** Holds the token of the API, which is also Bull Board's password. */
  tokenFile: string;
  configFile: string;
  logFolder: string;
  store: 's3' | 'fs';
  regions: { id: string; jurisdictions: string[] }[];
  policy: string;
  /** Under which workers find the sample customer's database, for `cbcr instances add --connection`. */
  customerConnection: string;
}

/** Throws `stack.not-running`. */
export function readStack(stateFolder: string, name: string): StackFacts {
  const file = readStackFile(stateFolder, name);
  const { folder, url, tokenFile, configFile, logFolder, store, regions, policy, customerConnection } = file;
  return { name, folder, url, board: `${url}/queues`, tokenFile, configFile, logFolder, store, regions, policy, customerConnection };
}

export function describeStack({
  name,
  url,
  board,
  tokenFile,
  configFile,
  logFolder,
  store,
  regions,
  customerConnection,
}: StackFacts): string {
  return [
    `stack ${name}: ${regions.map(({ id, jurisdictions }) => `${id} (${jurisdictions.join(', ')})`).join(', ')}; stores: ${store}`,
    `API         ${url}`,
    `Bull Board  ${board}  (any user name; the password is the token)`,
    `token       ${tokenFile}`,
    `database    ${customerConnection}  (a customer's, to protect)`,
    `config      ${configFile}`,
    `logs        ${logFolder}`,
  ].join('\n');
}
