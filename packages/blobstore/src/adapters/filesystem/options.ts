import { isAbsolute } from 'node:path';
import { z } from 'zod';

/**
 * The `store:` block of a region with `kind: fs`. The folder must exist: it is never created, so that a disk that is not mounted is seen
 * as an outage and nothing is written beneath its mount point. Name a folder inside the mounted disk, not the mount point itself.
 */
export const filesystemOptionsSchema = z.strictObject({
  path: z.string().refine(isAbsolute, 'an absolute path').describe('An existing folder inside the mounted disk.'),
});
