import type { HandlersOf, JobKinds } from '@cbcr/jobs';
import { createBackup } from './backup/backup.ts';
import { createGarbageSearch } from './garbage/search-garbage.ts';
import { createHold } from './hold/hold.ts';
import type { OperationDependencies } from './operation-dependencies.ts';
import { createProbe } from './probe/probe.ts';
import { createReplicate } from './replicate/replicate.ts';
import { createRestore } from './restore/restore.ts';
import { createRetention } from './retention/retention.ts';
import { createVerify } from './verify/verify.ts';

/** One handler for each job kind; a kind without one does not compile. */
export function createHandlers(deps: OperationDependencies): HandlersOf<JobKinds> {
  return {
    backup: createBackup(deps),
    garbage: createGarbageSearch(deps),
    probe: createProbe(deps),
    hold: createHold(deps),
    replicate: createReplicate(deps),
    restore: createRestore(deps),
    retention: createRetention(deps),
    verify: createVerify(deps),
  };
}
