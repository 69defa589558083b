import { isCbcrError } from '@cbcr/domain';

export interface BatchOptions<Item, Result> {
  /** Two items with the same key never share a batch. */
  keyOf(item: Item): string;
  /** One statement for all: the results of those that went through, by their keys. An error concerns none of them: nothing was changed. */
  together(items: readonly Item[]): Promise<ReadonlyMap<string, Result>>;
  /** For an item that did not go through together with others: waits for locks and knows the reasons. */
  alone(item: Item): Promise<Result>;
}

interface Waiting<Item, Result> {
  item: Item;
  done: PromiseWithResolvers<Result>;
}

const mostTogether = 100;

/**
 * Does the same to many rows in one statement and one flush to the disk. While a batch is under way, whatever comes up becomes the next one:
 * nothing ever waits for company, and the busier the process is, the less each item costs. An item that others would have to wait for
 * (somebody holds its row) or that they would fail with is left out of the batch and done alone.
 */
export function createBatches<Item, Result>({ keyOf, together, alone }: BatchOptions<Item, Result>): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isBusy = false;

  function takeBatch(): Waiting<Item, Result>[] {
    const batch = new Map<string, Waiting<Item, Result>>();
    const left: Waiting<Item, Result>[] = [];
    for (const entry of waiting) {
      const key = keyOf(entry.item);
      if (batch.size < mostTogether && !batch.has(key)) batch.set(key, entry);
      else left.push(entry);
    }
    waiting = left;
    return [...batch.values()];
  }

  async function perform(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    let done: ReadonlyMap<string, Result> = new Map();
    try {
      done = await together(batch.map(({ item }) => item));
    } catch (error) {
      if (isCbcrError(error, 'catalog.unreachable')) {
        for (const entry of batch) entry.done.reject(error);
        return;
      }
    }
    for (const entry of batch) {
      const result = done.get(keyOf(entry.item));
      // Not waited for: whoever holds the row of one does not hold up the next batch.
      if (result === undefined) alone(entry.item).then(entry.done.resolve, entry.done.reject);
      else entry.done.resolve(result);
    }
  }

  async function performAll(): Promise<void> {
    isBusy = true;
    // What comes up in the same turn of the event loop belongs together.
    await Promise.resolve();
    while (waiting.length > 0) await perform(takeBatch());
    isBusy = false;
  }

  return (item) => {
    const done = Promise.withResolvers<Result>();
    waiting.push({ item, done });
    if (!isBusy) void performAll();
    return done.promise;
  };
}
