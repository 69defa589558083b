import { z } from 'zod';

/** Names of the files that the format itself knows; docs/formats/evidence.md describes all of them. */
export const packFiles = {
  manifest: 'manifest.json',
  seal: 'seal.json',
  publicKey: 'public-key.pem',
  events: 'events.json',
  report: 'report.html',
} as const;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const manifestSchema = z.strictObject({
  format: z.literal('cbcr-evidence'),
  version: z.literal(1),
  madeAt: z.string(),
  madeBy: z.string(),
  period: z.strictObject({ from: z.string(), to: z.string() }),
  /** Null: all. */
  instances: z.array(z.string()).nullable(),
  key: z.string(),
  chain: z.strictObject({
    chainId: z.string(),
    /** The hash that the first event of the pack follows. Null: the period has no events. */
    follows: z.string().nullable(),
    /** The last event of the pack. */
    head: z.strictObject({ id: z.number(), hash: z.string() }).nullable(),
    /** Every event as `id:` and the first 16 digits of its hash: where a chain that was written anew begins to differ. */
    links: z.array(z.string()),
  }),
  /** Every file but this one and the seal, by name. */
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number(), sha256: sha256Schema })),
});
export type PackManifest = z.infer<typeof manifestSchema>;

export const sealSchema = z.strictObject({
  algorithm: z.literal('Ed25519'),
  key: z.string(),
  publicKey: z.string(),
  /** Of the exact text of the manifest. */
  signature: z.string(),
  /** Of each file by itself, so that a manifest that was written anew does not hide which ones were. */
  files: z.array(z.strictObject({ name: z.string(), signature: z.string() })),
  /** The exact text of `manifest.json`, so that a changed one can be told from what was signed. */
  manifest: z.string(),
});
export type PackSeal = z.infer<typeof sealSchema>;

/** What is signed for one file. */
export const statementOf = (name: string, sha256: string): string => `cbcr-evidence 1\n${name}\n${sha256}\n`;
/** Every JSON file of a pack has this form, so that each of its bytes is the only one that could be there. */
export const documentOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
/** An item of such a list by itself: lists are written as their items come. */
export const listItemOf = (item: unknown): string => `  ${JSON.stringify(item, null, 2).replaceAll('\n', '\n  ')}`;

export const linkOf = ({ id, hash }: { id: number; hash: string }): string => `${id}:${hash.slice(0, 16)}`;
