import type { Holding, InstanceId } from '@cbcr/domain';
import type { QueryContext } from '../query-context.ts';
import { type PackedHolding, selectPackedHoldings, unpackHolding } from './packed-holding.ts';

export interface HoldingQueries {
  /**
   * What these instances hold, in the order asked; an instance without points has an empty list. One statement for all of them, by index: a
   * fleet is read in pages of instances, and never one by one.
   */
  list(instances: readonly InstanceId[]): Promise<Holding[]>;
  /**
   * The same for a fleet of any size, a page at a time: while the caller works on one page the server reads the next ones. Only these pages
   * are in memory.
   */
  stream(instances: readonly InstanceId[]): AsyncGenerator<Holding>;
}

/** Instances whose points are read at once. */
const pageSize = 25;
/** Pages that are read while the caller works on another one. */
const pagesAhead = 2;

export function createHoldingQueries({ attempt }: QueryContext): HoldingQueries {
  const readPage = async (instances: readonly InstanceId[]): Promise<ReadonlyMap<InstanceId, PackedHolding>> => {
    const rows = await attempt((db) => db.execute<PackedHolding & Record<string, unknown>>(selectPackedHoldings(instances)));
    return new Map(rows.map((row) => [row.instance, row]));
  };
  const unpack = (page: ReadonlyMap<InstanceId, PackedHolding>, instance: InstanceId): Holding => {
    const row = page.get(instance);
    return { instance, points: row === undefined ? [] : unpackHolding(row) };
  };
  return {
    async list(instances) {
      if (instances.length === 0) return [];
      const page = await readPage(instances);
      return instances.map((instance) => unpack(page, instance));
    },
    async *stream(instances) {
      const pages: { asked: readonly InstanceId[]; page: Promise<ReadonlyMap<InstanceId, PackedHolding>> }[] = [];
      for (let first = 0; first < instances.length || pages.length > 0; ) {
        while (first < instances.length && pages.length <= pagesAhead) {
          const asked = instances.slice(first, first + pageSize);
          const page = readPage(asked);
          // Whoever stops early does not hear of a page that fails.
          page.catch(() => undefined);
          pages.push({ asked, page });
          first += pageSize;
        }
        const next = pages.shift();
        if (next === undefined) return;
        const page = await next.page;
        for (const instance of next.asked) yield unpack(page, instance);
      }
    },
  };
}
