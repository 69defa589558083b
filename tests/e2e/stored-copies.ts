import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointView } from '@cbcr/client';
import { expect } from 'vitest';
import type { TestStack } from './stack.ts';

interface Manifest {
  streams: { name: string; segments: { number: number; writeToken: string; storedBytes: number; sha256: string }[] }[];
}

/** Files below a folder, as paths relative to it; none when it does not exist. */
async function listFiles(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** What lies on the disk of a region's store, read without CBCR and without the store. */
function placesOf({ file }: TestStack, region: string) {
  const server = join(file.folder, 'servers', `store-${region}`);
  return file.store === 's3'
    ? { data: join(server, 'data', 'recovery-points'), olderVersions: join(server, 'versions') }
    : { data: join(file.folder, 'regions', region), olderVersions: null };
}

/** Bytes of the segments of the point that lie in the region; a segment appears when it is whole. */
export async function storedSegmentBytes(stack: TestStack, region: string, point: Pick<PointView, 'id' | 'instance'>): Promise<number> {
  const folder = join(placesOf(stack, region).data, 'v1', point.instance, point.id, 'segments');
  const sizes = await Promise.all((await listFiles(folder)).map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Reads every byte of the point in every region: the same manifest everywhere, each of its segments once and right, nothing besides, and
 * nothing that was ever overwritten.
 */
export async function expectWholeCopies(stack: TestStack, point: Pick<PointView, 'id' | 'instance'>): Promise<void> {
  const manifests = new Set<string>();
  for (const region of stack.regions) {
    const { data, olderVersions } = placesOf(stack, region);
    const folder = join(data, 'v1', point.instance, point.id);
    const text = await readFile(join(folder, 'manifest.json'), 'utf8');
    manifests.add(text);
    const { streams } = JSON.parse(text) as Manifest;
    const named = streams.flatMap(({ name, segments }) =>
      segments.map(({ number, writeToken, sha256 }) => ({
        file: join('segments', name, `${String(number).padStart(8, '0')}.${writeToken}`),
        sha256,
      })),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(await listFiles(folder), `objects of ${point.id} in ${region}`).toEqual(
      ['manifest.json', ...named.map(({ file }) => file)].sort(),
    );
    for (const { file, sha256 } of named) {
      const bytes = await readFile(join(folder, file));
      expect(createHash('sha256').update(bytes).digest('hex'), `${file} in ${region}`).toBe(sha256);
    }
    // The server keeps them under hashes of their keys: none of any point.
    expect(olderVersions === null ? [] : await listFiles(olderVersions), `older versions in ${region}`).toEqual([]);
  }
  expect(manifests.size).toBe(1);
}
