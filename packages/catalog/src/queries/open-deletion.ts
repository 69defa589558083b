import { and, eq, isNull } from 'drizzle-orm';
import { deletions } from '../schema/deletions.ts';
import type { CopyAt } from './change-copy.ts';

/** Deletions that have neither ended nor been undone. */
export const isOpenDeletion = and(isNull(deletions.confirmedAbsentAt), isNull(deletions.undoneAt));

/** The one of this copy, of which there is at most one. */
export const openDeletionOf = ({ point, region }: Pick<CopyAt, 'point' | 'region'>) =>
  and(eq(deletions.pointId, point), eq(deletions.regionId, region), isOpenDeletion);
