import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { hasMarker } from './folder-marker.ts';
import { type FolderAttributes, finishFolder } from './tree-writer.ts';

const receiptSchema = z.object({
  /** Device and number of the folder, so that another folder at its path is not taken for it. */
  folder: z.string(),
  outermost: z.object({ uid: z.number(), gid: z.number(), mode: z.number(), modifiedSeconds: z.number() }).nullable(),
});

const identityOf = async (folder: string) => {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}/${ino}`;
};

/** What is told before the marker goes: with it, a restore that was killed after that can be recognised and ended. */
export async function writeReceipt(folder: string, outermost: FolderAttributes | null): Promise<string> {
  return JSON.stringify({ folder: await identityOf(folder), outermost } satisfies z.infer<typeof receiptSchema>);
}

/** Whether the folder of the receipt is complete. Its own time and rights may still have been missing: they are set again. */
export async function endRestore(folder: string, receipt: string): Promise<boolean> {
  const parsed = receiptSchema.safeParse(readJson(receipt));
  if (!parsed.success || (await hasMarker(folder)) || parsed.data.folder !== (await identityOf(folder))) return false;
  if (parsed.data.outermost !== null) await finishFolder(Buffer.from(folder), parsed.data.outermost);
  return true;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
