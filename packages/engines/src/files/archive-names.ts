import type { Header } from 'tar-stream';

/**
 * Names on Linux are bytes, names in a tar are UTF-8. A name that is not valid UTF-8 stands in the archive in a readable form, and exactly, in
 * hexadecimal, in a PAX record of ours; other tools read the readable one.
 */
const exactNameRecord = 'CBCR.path';
const exactLinkRecord = 'CBCR.linkpath';
const timeRecord = 'mtime';

/** What an entry is written with. */
export type ArchiveHeader = Partial<Header> & { name: string };

export interface EntryNames {
  /** Relative to the captured folder, `/` between the parts; `.` is the folder itself. */
  path: Buffer;
  /** What a symbolic link points at, or the path of the entry that a hard link repeats. */
  link?: Buffer;
  modifiedNs: bigint;
}

export function writeNames({ path, link, modifiedNs }: EntryNames): ArchiveHeader {
  const sign = modifiedNs < 0n ? '-' : '';
  const distanceNs = modifiedNs < 0n ? -modifiedNs : modifiedNs;
  const seconds = distanceNs / 1_000_000_000n;
  const fraction = (distanceNs % 1_000_000_000n).toString().padStart(9, '0');
  return {
    name: path.toString('utf8'),
    ...(link && { linkname: link.toString('utf8') }),
    // The plain field holds 33 bits without a sign; the record holds the exact time.
    mtime: new Date(sign === '-' ? 0 : Math.min(Number(seconds), 0x7fffffff) * 1000),
    pax: {
      [timeRecord]: `${sign}${seconds}.${fraction}`,
      ...(!isUtf8(path) && { [exactNameRecord]: path.toString('hex') }),
      ...(link && !isUtf8(link) && { [exactLinkRecord]: link.toString('hex') }),
    },
  };
}

export interface ReadNames {
  path: Buffer;
  link: Buffer | null;
  /** Seconds since 1970, with a fraction. */
  modifiedSeconds: number;
}

export function readNames(header: Header): ReadNames {
  const records = new Map<string, unknown>(Object.entries(header.pax ?? {}));
  const exact = (record: string, plain: string) => {
    const hex = records.get(record);
    return typeof hex !== 'string' ? Buffer.from(plain, 'utf8') : Buffer.from(hex, 'hex');
  };
  const time = Number(records.get(timeRecord) ?? Number.NaN);
  return {
    path: exact(exactNameRecord, header.name),
    link: header.linkname ? exact(exactLinkRecord, header.linkname) : null,
    modifiedSeconds: Number.isFinite(time) ? time : header.mtime.getTime() / 1000,
  };
}

function isUtf8(name: Buffer): boolean {
  return Buffer.from(name.toString('utf8'), 'utf8').equals(name);
}

/** For messages: control characters would garble a terminal or a log. */
export function showName(name: Buffer): string {
  return name.toString('utf8').replace(/\p{Cc}/gu, '?');
}
