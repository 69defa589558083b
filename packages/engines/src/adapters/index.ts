import type { Clock } from '@cbcr/domain';
import type { Engine } from '../engine.ts';
import { createFilesEngine } from '../files/files-engine.ts';
import { createPostgresEngine } from '../postgres/postgres-engine.ts';

export interface EngineTools {
  /** Folders that are searched for client tools (`pg_dump`, …), such as the entries of PATH. The usual places of the system are searched as well. */
  toolFolders: readonly string[];
  clock: Clock;
}

/** Every engine, by the name that an instance carries in `engine`. A new engine is one folder and one line here. */
export function createEngines(tools: EngineTools): Record<string, Engine> {
  const engines: readonly Engine[] = [createPostgresEngine(tools), createFilesEngine(tools)];
  return Object.fromEntries(engines.map((engine) => [engine.name, engine]));
}
