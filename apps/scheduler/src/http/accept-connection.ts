import { CbcrError } from '@cbcr/domain';
import type { ApiDependencies } from './routes/route.ts';

/**
 * What the catalog may store for a connection that somebody sent: a reference as it is, anything else sealed. References to the
 * service's own variables are refused, so that nobody reads its secrets through a connection. No answer repeats the connection.
 */
export function acceptConnection({ engines, seal }: Pick<ApiDependencies, 'engines' | 'seal'>, engine: string, connection: string): string {
  const refuse = (cause: string) => new CbcrError('engine.connection-invalid', { engine, cause });
  if (/^env:CBCR_/i.test(connection)) throw refuse('variables whose name begins with CBCR_ belong to CBCR itself');
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(connection)) return connection;
  if (connection.startsWith('env:')) throw refuse('env: wants the name of a variable');
  if (connection.startsWith('file:/') && !connection.startsWith('file://')) return connection;
  if (connection.startsWith('sealed:')) throw refuse('a sealed connection cannot be handed in');
  if (engines[engine]?.connectionSchema.safeParse(connection).success !== true)
    throw refuse('it is neither env:NAME, nor file:/PATH with the whole path, nor an address of this engine');
  return seal(connection);
}
