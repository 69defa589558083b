import { namePattern, type RegionId, regionIdSchema } from '@cbcr/domain';
import { z } from 'zod';
import { type Limit, limitSchema } from './limit.ts';

/** An ordered pair of regions. A pair of a region and itself is what that region's workers move within it. */
export interface Link {
  readonly source: RegionId;
  readonly target: RegionId;
}

/**
 * Names what a limit limits:
 * `link:<source>-><target>` all that goes from one region to another; `link:*` each link that has no limit of its own
 * `egress:<region>`, `ingress:<region>` all that leaves, or enters, a region; `egress:*`, `ingress:*` each region that has none of its own
 * `worker:<worker>` all that one worker moves; `worker:*` each worker
 */
export type LimitName = `${'link' | 'egress' | 'ingress' | 'worker'}:${string}`;

/** Limits by name: what is not named is unlimited. */
export type Limits = Readonly<Record<LimitName, Limit>>;

const region = namePattern.source.replace(/^\^|\$$/g, '');
const linkPattern = new RegExp(`^${region}->${region}$`);
const workerPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const linkSubject = z.string().refine((text) => text === '*' || linkPattern.test(text), 'a link such as berlin->dublin, or *');
const workerSubject = z.string().refine((text) => text === '*' || workerPattern.test(text), 'the id of a worker, or *');
const regionSubject = z.string().refine((text) => text === '*' || regionIdSchema.safeParse(text).success, 'a region, or *');

/** A `LimitName`, as in `cbcr limits set link:berlin->dublin 20MB/s`. */
export const limitNameSchema = z.string().transform((text, context): LimitName => {
  const [, kind = '', subject = ''] = /^(link|egress|ingress|worker):(.+)$/.exec(text) ?? [];
  const schema = kind === 'link' ? linkSubject : kind === 'worker' ? workerSubject : regionSubject;
  if (kind === 'link' || kind === 'egress' || kind === 'ingress' || kind === 'worker') {
    if (schema.safeParse(subject).success) return `${kind}:${subject}`;
  }
  context.addIssue({ code: 'custom', message: 'link:SOURCE->TARGET, egress:REGION, ingress:REGION or worker:WORKER; * means each' });
  return z.NEVER;
});

const regionLimits = z.strictObject({ egress: limitSchema.optional(), ingress: limitSchema.optional() });

/** The `limits:` section of `cbcr.yaml`. In: limits of links, regions and workers. Out: `Limits`, by name. */
export const limitsSchema = z
  .strictObject({
    links: z.record(linkSubject, limitSchema).default({}),
    regions: z.record(regionSubject, regionLimits).default({}),
    workers: z.record(workerSubject, limitSchema).default({}),
  })
  .transform(({ links, regions, workers }): Limits => {
    const limits: Record<LimitName, Limit> = {};
    for (const [subject, limit] of Object.entries(links)) limits[`link:${subject}`] = limit;
    for (const [subject, { egress, ingress }] of Object.entries(regions)) {
      if (egress !== undefined) limits[`egress:${subject}`] = egress;
      if (ingress !== undefined) limits[`ingress:${subject}`] = ingress;
    }
    for (const [subject, limit] of Object.entries(workers)) limits[`worker:${subject}`] = limit;
    return limits;
  });

/** One of the limits that a byte on a link must keep: its own name, and the name that holds for it when that one is not limited. */
export interface Gate {
  readonly name: LimitName;
  readonly general: LimitName;
}

/** All limits that a byte must keep when a worker moves it over a link. What stays in a region neither leaves nor enters it. */
export function gatesOf({ source, target }: Link, workerId: string): readonly Gate[] {
  const across: Gate[] = [
    { name: `egress:${source}`, general: 'egress:*' },
    { name: `ingress:${target}`, general: 'ingress:*' },
  ];
  return [
    { name: `link:${source}->${target}`, general: 'link:*' },
    ...(source === target ? [] : across),
    { name: `worker:${workerId}`, general: 'worker:*' },
  ];
}
