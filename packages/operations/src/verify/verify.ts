import { readManifest, verifyCopy } from '@cbcr/blobstore';
import { CbcrError, toCbcrError } from '@cbcr/domain';
import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import { damageRules } from '@cbcr/policy';
import { openThrottled, traffic } from '../open-throttled.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';

type VerifyHandler = JobHandler<ParamsOf<JobKinds['verify']>, ResultOf<JobKinds['verify']>>;

/** When a copy that could not be judged is looked at again. */
const verifyAgainMs = 300_000;

/**
 * Reads one copy the way a restore would, every byte, and checks it against the manifest. Only this makes a copy count. Damage makes the copy
 * a debt, which the reconciler has replaced; an outage proves nothing and changes nothing.
 */
export function createVerify(deps: OperationDependencies): VerifyHandler {
  return async (context) => {
    const { run, params, epoch, signal, log, progress } = context;
    const point = await deps.catalog.points.get(params.point);
    const region = await deps.catalog.regions.get(params.region);
    const copy = point.copies.find((candidate) => candidate.region === region.id);
    if (copy === undefined) throw new CbcrError('copy.not-found', { point: point.id, region: region.id });
    const at = { point: point.id, region: region.id, run: run.id, epoch };
    try {
      const store = await openThrottled(deps, region, traffic.verify(region.id));
      const expectedSha256 = point.manifestSha256 ?? undefined;
      const { manifest, dataKey } = await readManifest(store, {
        instance: point.instance,
        point: point.id,
        expectedSha256,
        keys: deps.keys,
        signal,
      });
      const verified = await verifyCopy({
        manifest,
        copy: { region: region.id, store },
        dataKey,
        clock: deps.clock,
        // Nobody waits for a verification: the memory of a segment ahead is left to the kinds that somebody waits for.
        concurrency: 0,
        segmentBuffers: deps.segmentBuffers,
        signal,
        onProgress: ({ plaintextBytes }) =>
          progress({ phase: 'verify', doneBytes: plaintextBytes, totalBytes: manifest.totals.plaintextBytes }),
      });
      const text = `${verified.segments} segments were read back and fit the manifest`;
      await deps.catalog.copies.markVerified({ ...at, reason: { rule: 'read-back', text }, seenIn: region.store });
      return verified;
    } catch (error) {
      signal.throwIfAborted();
      const { code, message, treatment } = toCbcrError(error);
      const reason = { rule: code, text: message };
      if (damageRules.includes(code)) {
        log.error({ code, cause: message }, 'the copy is damaged');
        await deps.catalog.copies.markFailed({ ...at, reason, nextAttemptAt: null });
      } else if (treatment === 'never' || treatment === 'attempt') {
        // Nothing is known of the copy (a key is missing, the store denies): it stays as it is, and is not asked for at every turn.
        const nextAttemptAt = new Date(deps.clock.now().getTime() + verifyAgainMs);
        await deps.catalog.copies.postpone({ point: point.id, region: region.id, reason, nextAttemptAt });
      }
      throw error;
    }
  };
}
