import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, isMap, parseDocument } from 'yaml';
import { samplePolicy, sampleSchedule } from './sample-regions.ts';
import type { StackPaths } from './stack-paths.ts';
import type { StackState } from './stack-state.ts';

export const stackBucket = 'recovery-points';

/** Writes the stack's cbcr.yaml, or only the addresses of its stores when it exists: the rest may have been edited by hand. */
export function writeStackConfig(paths: StackPaths, state: StackState): void {
  const stores = Object.fromEntries(state.regions.map(({ id }) => [id, describeStore(paths, state, id)]));
  const present = readPresent(paths.config);
  const document = present ?? new Document(describeStack(state));
  if (present === undefined) {
    document.commentBefore = ' Written by the local stack. Edit it and apply it with: cbcr policy apply FILE';
  }
  for (const [id, store] of Object.entries(stores)) {
    if (isMap(document.getIn(['regions', id]))) document.setIn(['regions', id, 'store'], document.createNode(store));
  }
  writeFileSync(paths.config, document.toString({ lineWidth: 0 }));
}

function readPresent(file: string) {
  try {
    const document = parseDocument(readFileSync(file, 'utf8'));
    return document.errors.length === 0 ? document : undefined;
  } catch {
    return undefined;
  }
}

/** Regions, and one policy that wants a copy in each. Instances are registered by command. */
function describeStack({ regions }: StackState) {
  return {
    version: 1,
    regions: Object.fromEntries(regions.map(({ id, jurisdictions }) => [id, { jurisdictions, key: id, store: {} }])),
    policies: {
      [samplePolicy]: {
        placement: {
          copies: regions.length,
          prefer: regions.slice(1).map(({ id }) => id),
          jurisdictions: [...new Set(regions.flatMap(({ jurisdictions }) => jurisdictions))],
          synchronousMinimum: 1,
        },
        schedule: sampleSchedule,
      },
    },
  };
}

export const regionFolder = (paths: StackPaths, regionId: string) => join(paths.regions, regionId);

function describeStore(paths: StackPaths, { store, ports }: StackState, regionId: string) {
  if (store === 'fs') return { kind: 'fs', path: regionFolder(paths, regionId) };
  return {
    kind: 's3',
    endpoint: `http://127.0.0.1:${ports[`store-${regionId}`] ?? 0}`,
    bucket: stackBucket,
    accessKeyId: `file:${paths.secret('s3-access-key')}`,
    secretAccessKey: `file:${paths.secret('s3-secret-key')}`,
  };
}
