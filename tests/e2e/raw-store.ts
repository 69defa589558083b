import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { PointView } from '@cbcr/client';
import { createS3Client } from '@cbcr/testkit';
import { parse } from 'yaml';
import type { TestStack } from './stack.ts';

type Point = Pick<PointView, 'id' | 'instance'>;

interface RawVersion {
  key: string;
  versionId: string;
}

/** A region's store as somebody has it who knows its credentials and nothing of CBCR. */
export interface RawStore {
  /** Every version of every object of the point. */
  versions(point: Point): Promise<RawVersion[]>;
  /** Whatever is left of the point: versions, and marks of deletion. */
  remains(point: Point): Promise<string[]>;
  /** Whether the store's own legal hold is on the version. */
  isHeld(version: RawVersion): Promise<boolean>;
  /** Removes one version for good, if the store lets it. */
  remove(version: RawVersion): Promise<void>;
  /** What a delete without a version does: the object seems to be gone. */
  hide(version: RawVersion): Promise<void>;
}

export async function openRawStore({ file }: TestStack, region: string): Promise<RawStore> {
  const secret = async (name: string) => (await readFile(join(file.folder, 'secrets', name), 'utf8')).trim();
  const { regions } = parse(await readFile(file.configFile, 'utf8')) as {
    regions: Record<string, { store: { endpoint: string; bucket: string } }>;
  };
  const { endpoint = '', bucket: Bucket = '' } = regions[region]?.store ?? {};
  const credentials = { accessKeyId: await secret('s3-access-key'), secretAccessKey: await secret('s3-secret-key') };
  const client = createS3Client({ ...credentials, endpoint, region: 'us-east-1' });
  const list = async ({ instance, id }: Point) => {
    const found: { versions: RawVersion[]; markers: RawVersion[] } = { versions: [], markers: [] };
    let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | null = {};
    while (from !== null) {
      const page: Awaited<ReturnType<typeof send>> = await send(`v1/${instance}/${id}/`, from);
      for (const { Key = '', VersionId = 'null' } of page.Versions ?? []) found.versions.push({ key: Key, versionId: VersionId });
      for (const { Key = '', VersionId = 'null' } of page.DeleteMarkers ?? []) found.markers.push({ key: Key, versionId: VersionId });
      from = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null;
    }
    return found;
  };
  const send = (Prefix: string, from: object) => client.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...from }));
  return {
    versions: async (point) => (await list(point)).versions,
    async remains(point) {
      const { versions, markers } = await list(point);
      return [...versions, ...markers].map(({ key, versionId }) => `${key} ${versionId}`);
    },
    async isHeld({ key: Key, versionId: VersionId }) {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }));
      return head.ObjectLockLegalHoldStatus === 'ON';
    },
    async remove({ key: Key, versionId: VersionId }) {
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    },
    async hide({ key: Key }) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

/** A folder has no versions: whatever is left of the point. */
export async function listRegionFolder({ file }: TestStack, region: string, { instance, id }: Point): Promise<string[]> {
  const folder = join(file.folder, 'regions', region, 'v1', instance, id);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
