import { rulebookOf } from '@cbcr/catalog';
import type { Config } from '@cbcr/config';
import { CbcrError, type Hold, type InstanceId } from '@cbcr/domain';
import { type RetentionSituation, startRetentionPreview } from '@cbcr/policy';
import type { ApiDependencies } from './http/routes/route.ts';
import { keepVanishedPolicies } from './keep-vanished-policies.ts';
import { describedAnew, planned } from './planned-instance.ts';
import { readHoldings } from './read-situation.ts';

type Dependencies = Pick<ApiDependencies, 'catalog' | 'clock'>;

/** The rules of retention that are in force, those that are cooling off, and the holds. */
export async function readRetention({ catalog, clock }: Dependencies): Promise<RetentionSituation & { version: number; holds: Hold[] }> {
  const rules = await readRules({ catalog, clock });
  const holds = await catalog.holds.active(new Date(rules.now.getTime() - rules.rulebook.retention.releaseGrace.ms));
  return { ...rules, holds };
}

/** As {@link readRetention}, without the holds. */
export async function readRules({ catalog, clock }: Dependencies): Promise<RetentionSituation & { version: number }> {
  const now = clock.now();
  const [{ rulebook, version }, earlier] = await Promise.all([catalog.rulebook.current(), catalog.retention.coolingVersions(now)]);
  return { rulebook, earlier, now, version };
}

export interface RetentionQuestion {
  /** Null: what is in force now. */
  config: Config | null;
  /** Null: now. Not before: what was kept then, no rule of now can say. */
  at: Date | null;
  /** Null: all of them. */
  instance: InstanceId | null;
  limit: number;
}

/** What other rules, or the same at another moment, would do to the copies that exist. Changes nothing. Throws `instance.not-found` and `api.request-invalid`. */
export async function previewRetention(deps: Dependencies, { config, at, instance, limit }: RetentionQuestion) {
  const [{ version, holds, ...before }, all] = await Promise.all([readRetention(deps), deps.catalog.instances.list({ retired: true })]);
  if (at !== null && at < before.now) {
    throw new CbcrError('api.request-invalid', { cause: `${at.toISOString()} is over: a preview looks at now or later` });
  }
  const wanted = all.filter(({ id }) => instance === null || id === instance);
  if (instance !== null && wanted.length === 0) throw new CbcrError('instance.not-found', { instance });
  const moment = at ?? before.now;
  const after: RetentionSituation =
    config === null
      ? { ...before, now: moment }
      : {
          rulebook: keepVanishedPolicies(before.rulebook, rulebookOf(config)),
          // Applied now, what is in force becomes the version before.
          earlier: [...before.earlier, { version, rulebook: before.rulebook, endedAt: before.now }],
          now: moment,
        };
  const named = new Map(config?.instances.map((one) => [one.id, one]));
  const preview = startRetentionPreview(before, after, holds, limit);
  for await (const { instance: held, points } of readHoldings(deps, wanted)) {
    const next = named.get(held.id);
    preview.add(planned(held), next === undefined ? planned(held) : describedAnew(planned(held), next, before.now), points);
  }
  return { at: moment, ...preview.result() };
}
