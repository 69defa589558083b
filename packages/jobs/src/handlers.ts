import { CbcrError, type Run } from '@cbcr/domain';
import type { z } from 'zod';
import type { JobHandler, JobKind, RunContext } from './job-kind.ts';

/** Kinds by name. The key is the kind's name. */
export type KindCatalogue = Readonly<Record<string, JobKind>>;

export type ParamsOf<Kind extends JobKind> = z.output<Kind['params']>;
export type ResultOf<Kind extends JobKind> = z.output<Kind['result']>;

/** One handler for each kind, typed by the kind's schemas. */
export type HandlersOf<Kinds extends KindCatalogue> = {
  readonly [Name in keyof Kinds]: JobHandler<ParamsOf<Kinds[Name]>, ResultOf<Kinds[Name]>>;
};

/** A kind joined with its handler: the schemas stand on both sides of it. */
export interface BoundKind {
  readonly kind: JobKind;
  /** Throws `run.payload-invalid` when the kind's schema refuses the run's parameters. */
  readParams(run: Run): unknown;
  /** Resolves with the result as the kind's schema gives it; an invalid result is a defect (`run.unexpected`). */
  perform(context: RunContext<unknown>): Promise<unknown>;
}

/** Refuses (`run.handlers-mismatched`) a kind without a handler, a handler without a kind and a kind under another name. */
export function bindHandlers<Kinds extends KindCatalogue>(kinds: Kinds, handlers: HandlersOf<Kinds>): BoundKind[] {
  const problems = [
    ...Object.keys(kinds)
      .filter((name) => typeof handlers[name] !== 'function')
      .map((name) => `${name} has no handler`),
    ...Object.keys(handlers)
      .filter((name) => !Object.hasOwn(kinds, name))
      .map((name) => `handler ${name} belongs to no kind`),
    ...Object.entries(kinds)
      .filter(([name, kind]) => kind.name !== name)
      .map(([name, kind]) => `${kind.name} is listed as ${name}`),
  ];
  if (problems.length > 0) throw new CbcrError('run.handlers-mismatched', { cause: problems.join(', ') });
  return Object.entries(kinds).flatMap(([name, kind]) => {
    const handler = handlers[name];
    return handler ? [bindKind(kind, handler)] : [];
  });
}

function bindKind(kind: JobKind, handler: JobHandler<never, unknown>): BoundKind {
  return {
    kind,
    readParams: (run) => {
      const parsed = kind.params.safeParse(run.params);
      if (parsed.success) return parsed.data;
      throw new CbcrError('run.payload-invalid', { job: run.id, cause: `parameters of ${kind.name}: ${issuesOf(parsed.error)}` });
    },
    perform: async (context) => {
      // The parameters came out of this kind's own schema (readParams), which is what types its handler.
      const result = await handler({ ...context, params: context.params as never });
      const parsed = kind.result.safeParse(result);
      if (parsed.success) return parsed.data;
      throw new CbcrError('run.unexpected', { cause: `the result of ${kind.name} is not valid (${issuesOf(parsed.error)})` });
    },
  };
}

/** Paths and reasons without the values: parameters may hold sealed secrets. */
const issuesOf = (error: z.ZodError): string => error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.code}`).join('; ');
