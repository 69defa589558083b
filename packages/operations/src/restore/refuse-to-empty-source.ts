import { CbcrError, isCbcrError } from '@cbcr/domain';
import type { DecisionFacts } from '../decision-facts.ts';
import { engineOf } from '../engine-of.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';

/**
 * The engine knows the database that was captured. The instance may have moved to another one since: that is its source of today, and is not emptied
 * either. Compared by address, because the source may be gone, which is why somebody restores. Throws `engine.target-is-source`.
 */
export async function refuseToEmptySource(
  deps: Pick<OperationDependencies, 'engines' | 'resolveConnection'>,
  { instance }: Pick<DecisionFacts, 'instance'>,
  target: string,
): Promise<void> {
  const engine = engineOf(deps, instance.engine);
  const source = await deps.resolveConnection(instance.connection).catch((error: unknown) => {
    // The workers of this region may not have the secret of the instance's own connection.
    if (isCbcrError(error, 'secret.unresolvable')) return null;
    throw error;
  });
  if (source === null || !engine.connectionSchema.safeParse(source).success) return;
  const database = engine.describe(target);
  if (engine.describe(source) === database) throw new CbcrError('engine.target-is-source', { database });
}
