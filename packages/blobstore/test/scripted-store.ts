import type { BlobStore } from '../src/blob-store.ts';

export interface ScriptedStore extends BlobStore {
  /** Names of the methods that were called, in order. */
  readonly calls: string[];
  /** Planted errors that have not been thrown. A test that leaves some proves nothing. */
  readonly unused: number;
}

export interface Script {
  /** Thrown by the first calls, one each; null lets a call through. */
  errors: (Error | null)[];
  /** The call does its work before it throws: the caller cannot know. */
  afterTheWork?: boolean;
}

/** Makes the first calls fail as the script says, whatever method is called; a listing counts once for each entry that is asked for. */
export function withScript(store: BlobStore, { errors, afterTheWork = false }: Script): ScriptedStore {
  const calls: string[] = [];
  const planted = [...errors];
  const play = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    calls.push(name);
    const error = planted.shift() ?? null;
    if (error !== null && !afterTheWork) throw error;
    const result = await work();
    if (error !== null) throw error;
    return result;
  };
  return {
    region: store.region,
    calls,
    get unused() {
      return planted.length;
    },
    put: (key, body, options) =>
      play(`put ${options.replace ? 'instead' : options.ifAbsent ? 'if absent' : 'again'}`, () => store.put(key, body, options)),
    get: (key, options) => play('get', () => store.get(key, options)),
    head: (key, options) => play('head', () => store.head(key, options)),
    delete: (key, options) => play('delete', () => store.delete(key, options)),
    openEraser: (permit) => store.openEraser(permit),
    probe: (options) => play('probe', () => store.probe(options)),
    ping: (options) => play('ping', () => store.ping(options)),
    async *list(prefix, options) {
      calls.push(`list after ${options?.after ?? 'nothing'}`);
      for await (const info of store.list(prefix, options)) {
        await play('entry', async () => undefined);
        yield info;
      }
    },
    close: () => store.close(),
  };
}
