import { randomBytes as systemRandomBytes } from 'node:crypto';
import { CbcrError } from '@cbcr/domain';
import type { ProcessEnvironment } from '../environment/read-environment.ts';
import { openValue, sealValue } from './sealed-value.ts';
import { readSecretFile } from './secret-file.ts';

export interface Secrets {
  /**
   * The secret behind `env:NAME`, `file:PATH` or `sealed:v1:…`. With `context`, a sealed value must have been sealed for it. Fails with
   * `secret.unresolvable`, which names the variable or the path and never shows a value.
   */
  resolve(reference: string, options?: { context?: string }): Promise<string>;
  /** Makes a value fit for the catalog. `context` says what it is for (such as `restore-target`); it is readable, so it is no secret itself. */
  seal(plain: string, context: string): string;
}

/** Resolves and seals secrets. `sealKey` has 32 bytes; `env` is where `env:NAME` is looked up. */
export function createSecrets(options: {
  sealKey: Uint8Array;
  env?: ProcessEnvironment;
  randomBytes?: (size: number) => Uint8Array;
}): Secrets {
  const { sealKey, env = process.env, randomBytes = systemRandomBytes } = options;
  const ownFiles = Object.entries(env).flatMap(([name, file]) => (isOwnVariable(name) && name.endsWith('_FILE') && file ? [file] : []));

  return {
    resolve: async (reference, { context } = {}) => {
      if (reference.startsWith('env:')) return resolveVariable(reference, env);
      if (reference.startsWith('file:')) return readSecretFile(reference, ownFiles);
      if (reference.startsWith('sealed:')) return open(reference, context, sealKey);
      // What is not a reference may be a secret in plain text, so it is not repeated.
      throw unresolvable('(not shown)', 'it is not a reference: env:NAME or file:PATH');
    },
    seal: (plain, context) => sealValue(plain, context, sealKey, randomBytes),
  };
}

/** Whoever may name a connection must not read the service's own secrets through it. */
const isOwnVariable = (name: string): boolean => /^CBCR_/i.test(name);

function resolveVariable(reference: string, env: ProcessEnvironment): string {
  const name = reference.slice('env:'.length);
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) throw unresolvable('env:(not shown)', 'this is not the name of a variable');
  if (isOwnVariable(name)) throw unresolvable(reference, 'variables of CBCR itself cannot be referenced');
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined || value === '') throw unresolvable(reference, 'the variable is not set');
  return value;
}

function open(sealed: string, context: string | undefined, key: Uint8Array): string {
  const opened = openValue(sealed, key);
  if (opened === null) throw unresolvable('sealed:(not shown)', 'it was sealed with another key, or it is damaged');
  if (context !== undefined && opened.context !== context) {
    throw unresolvable('sealed:(not shown)', `it was sealed for another purpose than ${context}`);
  }
  return opened.plain;
}

const unresolvable = (reference: string, cause: string): CbcrError => new CbcrError('secret.unresolvable', { reference, cause });
