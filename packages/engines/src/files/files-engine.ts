import { access, constants, readdir } from 'node:fs/promises';
import { CbcrError, type Clock } from '@cbcr/domain';
import type { Engine } from '../engine.ts';
import { captureFolder } from './capture.ts';
import { translateFolderError } from './file-errors.ts';
import { folderConnectionSchema, parseFolder } from './folder-connection.ts';
import { hasMarker } from './folder-marker.ts';
import { requireFitFolder, restoreFolder } from './restore.ts';
import { endRestore } from './restore-receipt.ts';

/** A folder as a tar archive. What is kept and what is not is in the README beside this file. */
export function createFilesEngine({ clock }: { clock: Clock }): Engine {
  return {
    name: 'files',
    capabilities: { parallelStreams: false, stableBytes: false },
    connectionSchema: folderConnectionSchema,
    describe: parseFolder,
    inspect: async (connection, { signal }) => {
      signal.throwIfAborted();
      const folder = parseFolder(connection);
      await requireReadable(folder);
      return { target: folder, serverVersion: 'file system', toolVersion: 'pax tar', estimatedBytes: null };
    },
    capture: async (connection, context) => {
      const folder = parseFolder(connection);
      await requireReadable(folder);
      return await captureFolder(folder, context, clock);
    },
    checkTarget: async (connection, { signal }, plan = {}) => {
      signal.throwIfAborted();
      const folder = parseFolder(connection);
      await requireFitFolder(folder, plan);
      await access(folder, constants.W_OK).catch((error: unknown) => {
        throw translateFolderError(error, folder, (cause) => new CbcrError('engine.denied', { database: folder, cause }));
      });
    },
    isRestored: async (connection, { signal }, { receipt }) => {
      signal.throwIfAborted();
      const folder = parseFolder(connection);
      return await endRestore(folder, receipt).catch((error: unknown) => {
        throw translateFolderError(error, folder, (cause) => new CbcrError('engine.unreachable', { database: folder, cause }));
      });
    },
    restore: async (connection, source, context, options) => await restoreFolder(parseFolder(connection), source, context, options),
  };
}

async function requireReadable(folder: string): Promise<void> {
  try {
    await readdir(folder);
  } catch (error) {
    throw translateFolderError(error, folder, (cause) => new CbcrError('engine.unreachable', { database: folder, cause }));
  }
  if (await hasMarker(folder)) throw new CbcrError('engine.source-incomplete', { database: folder });
}
