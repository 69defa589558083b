import type { BlobStore } from '@cbcr/blobstore';
import { type Clock, toCbcrError } from '@cbcr/domain';

export interface StoreState {
  ok: boolean;
  reason: string;
}

/** One lost request is no outage; two in a row are, two seconds after the first. */
const failuresUntilDown = 2;
const pingTimeoutMs = 2_500;

/** Remembers pings of the region's own store. Up again with the first ping that succeeds. */
export function createStoreWatch(store: Pick<BlobStore, 'ping'>, clock: Clock): { look(): Promise<StoreState> } {
  let failures = 0;
  let last: StoreState = { ok: false, reason: 'not asked yet' };
  return {
    async look() {
      try {
        await pingInTime(store, clock);
        failures = 0;
        last = { ok: true, reason: 'the store answers' };
      } catch (error) {
        failures += 1;
        if (failures >= failuresUntilDown || !last.ok) last = { ok: false, reason: toCbcrError(error).message };
      }
      return last;
    },
  };
}

async function pingInTime(store: Pick<BlobStore, 'ping'>, clock: Clock): Promise<void> {
  const deadline = new AbortController();
  const settled = new AbortController();
  clock.sleep(pingTimeoutMs, { signal: settled.signal }).then(
    () => deadline.abort(new Error(`no answer in ${pingTimeoutMs} ms`)),
    () => undefined,
  );
  try {
    await store.ping({ signal: deadline.signal });
  } finally {
    settled.abort();
  }
}
