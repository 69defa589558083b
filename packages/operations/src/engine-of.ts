import { CbcrError } from '@cbcr/domain';
import type { Engine } from '@cbcr/engines';
import type { OperationDependencies } from './operation-dependencies.ts';

export function engineOf({ engines }: Pick<OperationDependencies, 'engines'>, name: string): Engine {
  const engine = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (engine === undefined) throw new CbcrError('engine.unknown', { engine: name, known: Object.keys(engines).join(', ') });
  return engine;
}
