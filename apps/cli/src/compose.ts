import { type ConfigVocabulary, readMachineEnvironment } from '@cbcr/config';
import { type Clock, systemClock } from '@cbcr/domain';
import type { Stack, StackOptions } from '@cbcr/testkit';

/** Parts that few commands need and that take long to load: each is imported at its first use, so that every other command starts at once. */
export interface Composition {
  clock: Clock;
  /** What a cbcr.yaml may name in this version. */
  readVocabulary(): Promise<ConfigVocabulary>;
  /** The secret behind `env:NAME` or `file:PATH`. Throws `secret.unresolvable`. */
  resolveSecret(reference: string): Promise<string>;
  migrateCatalog(url: string): Promise<{ from: number; to: number }>;
  /** A local stack of this machine, which may not exist yet. */
  openStack(options: Pick<StackOptions, 'folder' | 'name' | 'store' | 'onProgress' | 'onCustomerReady'>): Promise<Stack>;
}

export function compose(): Composition {
  const clock = systemClock;
  const migrateCatalog = async (url: string) => {
    const catalog = await import('@cbcr/catalog');
    return await catalog.migrateCatalog({ url, clock });
  };
  return {
    clock,
    readVocabulary: async () => {
      const [
        { storeOptionsSchemas },
        { createEngines },
        { limitsSchema },
        { checkRetention, checkSchedule, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy },
      ] = await Promise.all([
        import('@cbcr/blobstore/adapters'),
        import('@cbcr/engines/adapters'),
        import('@cbcr/throttle'),
        import('@cbcr/policy'),
      ]);
      const engines = createEngines({ toolFolders: [], clock });
      const decisions = { findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy };
      return {
        stores: storeOptionsSchemas,
        engines,
        limits: limitsSchema,
        checkSchedule,
        chooseControls,
        checkRetention,
        decisions,
        now: clock.now,
      };
    },
    resolveSecret: async (reference) => {
      const { createSecrets } = await import('@cbcr/config');
      // Nothing is sealed for a command line.
      return createSecrets({ sealKey: new Uint8Array(32) }).resolve(reference);
    },
    migrateCatalog,
    openStack: async (options) => {
      const { createStack } = await import('@cbcr/testkit');
      const migrate = async (url: string) => void (await migrateCatalog(url));
      return createStack({ ...options, clock, migrate, environment: readMachineEnvironment() });
    },
  };
}
