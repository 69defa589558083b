import { keepFor } from './kinds/keep-for.ts';
import { keepGfs } from './kinds/keep-gfs.ts';
import { keepLast } from './kinds/keep-last.ts';
import { keepWindow } from './kinds/keep-window.ts';
import { maximum } from './kinds/maximum.ts';
import { minimum } from './kinds/minimum.ts';
import type { RetentionKind } from './retention-kind.ts';

/** Every way in which a rule can speak of copies. Adding one is a file in `kinds/` and a line here. */
export const retentionKinds: readonly RetentionKind[] = [keepLast, keepGfs, keepWindow, keepFor, minimum, maximum];
