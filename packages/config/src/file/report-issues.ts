import { z } from 'zod';
import { findSimilar } from '../did-you-mean.ts';
import type { Path } from '../problem.ts';
import type { ProblemList } from './problem-list.ts';

/** Turns what a schema says into problems in plain words. zod's messages name expectations, never the value that was given. */
export function reportIssues(error: z.ZodError, body: unknown, schema: z.ZodType, base: Path, problems: ProblemList): void {
  for (const issue of error.issues.flatMap(innermost)) {
    const inner = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const path = [...base, ...inner];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, inner);
      for (const key of issue.keys) problems.addToKey([...path, key], `unknown key ${key}`, hintFor(key, known));
    } else if (isMissing(body, inner)) {
      problems.addToKey(path, 'is missing');
    } else {
      problems.add(path, issue.message.replace(/^Invalid input: /, ''));
    }
  }
}

/** What a union or the key of a record has to say: of a union, the form that fits best, which is the one whose problem lies deepest. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const within = (inner: readonly z.core.$ZodIssue[]) =>
    inner.flatMap(innermost).map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  if (issue.code === 'invalid_key') return within(issue.issues.slice(0, 1));
  if (issue.code !== 'invalid_union' || issue.errors.length === 0 || issue.message !== 'Invalid input') return [issue];
  const depth = (form: readonly z.core.$ZodIssue[]) => Math.max(0, ...form.map((one) => one.path.length));
  return within(issue.errors.reduce((best, form) => (depth(form) >= depth(best) ? form : best)));
}

function hintFor(key: string, known: readonly string[]): string | undefined {
  const similar = findSimilar(key, known);
  if (similar !== undefined) return `Did you mean ${similar}?`;
  return known.length === 0 ? undefined : `Known here: ${known.join(', ')}.`;
}

function isMissing(body: unknown, path: Path): boolean {
  let value: unknown = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = Object.entries(value).find(([key]) => key === String(part))?.[1];
  }
  return value === undefined;
}

/** The keys of the object schema at a path, looked up through optional and transformed schemas. */
function knownKeys(schema: unknown, path: Path): string[] {
  const open = unwrap(schema);
  if (!(open instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  const shape: Record<string, unknown> = open.shape;
  return first === undefined ? Object.keys(shape) : knownKeys(shape[String(first)], rest);
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return schema;
}
