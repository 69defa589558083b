import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CbcrError } from '@cbcr/domain';
import { z } from 'zod';

/** `file:///absolute/path`, percent-encoded where needed. It holds no secret. */
export const folderConnectionSchema = z.string().superRefine((text, issues) => {
  const result = readFolder(text);
  if ('problem' in result) issues.addIssue({ code: 'custom', message: result.problem });
});

/** The absolute path that a connection names. */
export function parseFolder(text: string): string {
  const result = readFolder(text);
  if ('problem' in result) throw new CbcrError('engine.connection-invalid', { engine: 'files', cause: result.problem });
  return result.folder;
}

function readFolder(text: string): { folder: string } | { problem: string } {
  if (!text.startsWith('file:///')) return { problem: 'it does not start with file:/// followed by an absolute path' };
  try {
    const url = new URL(text);
    if (url.search !== '' || url.hash !== '') return { problem: 'a ? or # of the path has to be percent-encoded' };
    const folder = fileURLToPath(url);
    if (isAbsolute(folder) && !folder.includes('\0')) return { folder };
    return { problem: 'it names no absolute path' };
  } catch {
    return { problem: 'it is not a file URL' };
  }
}
