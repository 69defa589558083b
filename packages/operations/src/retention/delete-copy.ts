import { type BlobEraser, manifestKey, type StoredVersion } from '@cbcr/blobstore';
import type { DeletionRecord, NewDeletion, RunWriter, SeenFacts } from '@cbcr/catalog';
import { CbcrError, type RecoveryPointId } from '@cbcr/domain';
import type { JobKinds, ParamsOf, RunContext } from '@cbcr/jobs';
import { type DeletionReason, type DeletionVerdict, judgeDeletion } from '@cbcr/policy';
import { factsOfGarbage } from '../garbage/facts-of-garbage.ts';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { createEraseFence } from './erase-fence.ts';
import type { ErasePace } from './erase-pace.ts';
import { eraseVersions } from './erase-versions.ts';
import { factsAbout, readDeletionSituation, requestOf, usersOf } from './read-deletion-facts.ts';
import { type GarbageOfPoint, readGarbage } from './read-garbage.ts';
import { readStoreLocks, type StoreLocks } from './store-locks.ts';

interface DeletingDependencies extends OperationDependencies {
  pace: ErasePace;
}
type RetentionContext = RunContext<ParamsOf<JobKinds['retention']>>;
type Outcome = { deleted: true; versions: number; bytes: number } | { deleted: false; reasons: readonly DeletionReason[] };

/** What happens meanwhile makes the gate be asked again; no world is so busy that it happens for ever. */
const mostQuestions = 5;
/** Between the last question and the first byte: a worker that slept longer asks again. */
const freshMs = 20_000;

/**
 * Deletes what one point has in the run's region:
 * ask the gate → ask the store for its locks, and the gate again → point of no return in the catalog → every version of the manifest → the rest → a listing shows that
 * nothing is left → the catalog says "deleted". It may be killed anywhere: the next start begins with the gate and with what is still there.
 */
export async function deleteCopy(deps: DeletingDependencies, context: RetentionContext, point: RecoveryPointId): Promise<Outcome> {
  const { run, params, region, epoch, signal } = context;
  const { instance, purpose } = params;
  const key = { point, region };
  const writer: RunWriter = { run: run.id, epoch };
  for (let asked = 0; ; asked++) {
    signal.throwIfAborted();
    const [open] = (await deps.catalog.deletions.listOpen({ region, points: [point] })).filter((one) => one.purpose === purpose);
    const answer = await askGate(deps, context, point, open);
    if (answer.verdict.permit === null) return deny(deps, context, { point, open }, answer.verdict.reasons);
    const store = await deps.openStore(await deps.catalog.regions.get(region));
    const eraser = store.openEraser(answer.verdict.permit);
    const locks = await readStoreLocks(eraser, signal);
    const again = await askGate(deps, context, point, open, locks);
    if (again.verdict.permit === null) return deny(deps, context, { point, open }, again.verdict.reasons);

    const deletion: NewDeletion = {
      ...key,
      instance,
      purpose,
      wholePoint: open?.wholePoint ?? false,
      requestedBy: open?.requestedBy ?? run.requestedBy,
      requestReason: open?.requestReason ?? null,
      reasons: again.verdict.reasons,
    };
    const askedAtMs = deps.clock.monotonicMs();
    if (await deps.catalog.deletions.begin(deletion, writer, again.seen)) {
      if (deps.clock.monotonicMs() - askedAtMs < freshMs) return erase(deps, context, deletion, eraser, again.garbage);
    }
    if (asked === mostQuestions) throw new CbcrError('run.unexpected', { cause: `the copies of ${point} change all the time` });
  }
}

interface GateAnswer {
  verdict: DeletionVerdict;
  seen: SeenFacts;
  garbage: GarbageOfPoint | null;
}

async function askGate(
  deps: OperationDependencies,
  { run, params: { instance, purpose }, region, signal }: RetentionContext,
  point: RecoveryPointId,
  open: DeletionRecord | undefined,
  locks: StoreLocks = { lockedUntil: null, holds: [] },
): Promise<GateAnswer> {
  // Before all else: what changes while the rest is read changes this word too.
  const deciding = await deps.catalog.deletions.deciding(instance);
  const situation = await readDeletionSituation(deps, instance, [point]);
  const known = situation.facts.get(point);
  const copies = (known?.point.copies ?? []).map((copy) => ({ region: copy.region, state: copy.state }));
  const seen = { copies, users: known === undefined ? 0 : usersOf(known, run.id).length, deciding };
  if (purpose === 'garbage') {
    const store = await deps.openStore(await deps.catalog.regions.get(region));
    const garbage = await readGarbage({ catalog: deps.catalog, store, instance, point, begunAt: open?.begunAt ?? null, signal });
    const { found, writtenAt, isEnding } = garbage;
    const facts = factsOfGarbage(situation, {
      instance,
      point,
      region,
      stage: 'execution',
      found,
      writtenAt,
      isEnding,
      locks,
      run: run.id,
    });
    return { verdict: judgeDeletion(facts), seen, garbage };
  }
  const facts = factsAbout(situation, {
    point,
    region,
    purpose,
    stage: 'execution',
    wholePoint: open?.wholePoint ?? false,
    request: open === undefined ? null : requestOf(open),
    run: run.id,
    lockedUntil: locks.lockedUntil,
    storeHolds: locks.holds,
  });
  if (facts === null) throw new CbcrError('copy.not-found', { point, region });
  // A retired instance may lose its last good point.
  const { retiredFrom } = facts.instance;
  const reliesOn = retiredFrom !== null && retiredFrom <= facts.now ? [] : facts.reliesOn;
  return { verdict: judgeDeletion(facts), seen: { ...seen, reliesOn }, garbage: null };
}

async function deny(
  { catalog }: OperationDependencies,
  { run, region, params, epoch, log }: RetentionContext,
  { point, open }: { point: RecoveryPointId; open: DeletionRecord | undefined },
  reasons: readonly DeletionReason[],
): Promise<Outcome> {
  const denied = reasons.filter(({ allows }) => !allows);
  // Nobody promised that all of it goes, and no copy may be made as long as it is going.
  if (params.purpose === 'garbage' && open !== undefined) await catalog.deletions.leave({ point, region }, { run: run.id, epoch }, denied);
  log.warn({ recoveryPoint: point, region, reasons: denied }, 'the deletion gate refuses');
  await catalog.deletions.deny({ point, region }, `run:${run.id}`, params.purpose, denied);
  return { deleted: false, reasons: denied };
}

async function erase(
  { catalog, pace, clock }: DeletingDependencies,
  { run, epoch, signal, heldAtMs, log, progress }: RetentionContext,
  { point, region, instance, reasons }: NewDeletion,
  eraser: BlobEraser,
  garbage: GarbageOfPoint | null,
): Promise<Outcome> {
  const key = { point, region };
  const writer: RunWriter = { run: run.id, epoch };
  const total = { versions: 0, bytes: 0 };
  const onErased = async (batch: { versions: number; bytes: number }) => {
    total.versions += batch.versions;
    total.bytes += batch.bytes;
    progress({ phase: 'delete', doneBytes: total.bytes, totalBytes: null });
    await catalog.deletions.count(key, writer, batch.versions, batch.bytes);
  };
  const fence = createEraseFence({ clock }, { heldAtMs });
  const goes = garbage === null ? () => true : garbage.goes;
  const manifest = manifestKey(instance, point);
  // Without its manifest a copy is none, so that nothing that looks whole ever lacks a segment.
  await eraseVersions({
    eraser,
    goes: (version: StoredVersion) => version.key === manifest && goes(version),
    pace,
    onErased,
    fence,
    signal,
  });
  await catalog.deletions.manifestGone(key, writer);
  await eraseVersions({ eraser, goes, pace, onErased, fence, signal });
  await catalog.deletions.finish(key, writer, reasons);
  log.info({ recoveryPoint: point, region, ...total }, 'the bytes of a copy are gone');
  return { deleted: true, ...total };
}
