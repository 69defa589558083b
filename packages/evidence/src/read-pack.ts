/** The files of a pack. Those of any size are read as they come, more than once. */
export interface ReadPack {
  names: readonly string[];
  /** Of a name that is in `names`. */
  read(name: string): AsyncIterable<Uint8Array>;
}

/** Of files that the format keeps small; null when it is not there. */
export async function readWhole(pack: ReadPack, name: string): Promise<Uint8Array | null> {
  if (!pack.names.includes(name)) return null;
  const parts: Uint8Array[] = [];
  for await (const part of pack.read(name)) parts.push(part);
  return Buffer.concat(parts);
}
