import { randomBytes } from 'node:crypto';
import { type BlobStore, createFanOut, DataKey, encodeStream } from '@cbcr/blobstore';
import { createIdFactory, instanceIdSchema, regionIdSchema, systemClock } from '@cbcr/domain';
import { createEngines } from '@cbcr/engines/adapters';
import { answerOrder } from '../measure/answer-order.ts';
import type { FanOutOrder, FanOutReport } from './fan-out.ts';

/**
 * A capture that goes to stores that take everything at once and keep nothing: what a backup costs when stores are not the bottleneck. The
 * pieces are those of the product; only the stores are not.
 */
async function run({ url, regions, toolFolder, scratchFolder }: FanOutOrder): Promise<FanOutReport> {
  const clock = systemClock;
  const ids = createIdFactory(clock, randomBytes);
  const [instance, point] = [instanceIdSchema.parse('measured'), ids.recoveryPointId()];
  const signal = new AbortController().signal;
  const engine = createEngines({ toolFolders: [toolFolder], clock })['postgres'];
  if (engine === undefined) throw new Error('there is no engine postgres');

  const started = clock.monotonicMs();
  const capture = await engine.capture(url, { signal, scratchFolder, note: () => undefined, instance });
  const targets = Array.from({ length: regions }, (_, i) => {
    const region = regionIdSchema.parse(`nowhere-${i + 1}`);
    return { region, store: discardingStore(region) };
  });
  const fanOut = createFanOut({ instance, point, targets, clock });
  const dataKey = DataKey.generate(randomBytes);
  let plaintextBytes = 0;
  for (const { name, open, freshPieces } of capture.streams) {
    const encoded = encodeStream(open(), {
      point,
      stream: name,
      dataKey,
      newWriteToken: ids.writeToken,
      randomBytes,
      freePieces: freshPieces,
    });
    for await (const segment of encoded) {
      plaintextBytes += segment.plaintextBytes;
      await fanOut.write(segment);
    }
  }
  await capture.finish();
  await fanOut.finish();
  await capture.dispose();
  return { seconds: (clock.monotonicMs() - started) / 1000, plaintextBytes };
}

function discardingStore(region: BlobStore['region']): BlobStore {
  const refuse = async () => {
    throw new Error('a store that keeps nothing gives nothing');
  };
  return {
    region,
    put: async () => undefined,
    get: refuse,
    head: async () => null,
    delete: refuse,
    openEraser: () => {
      throw new Error('a store that keeps nothing has nothing to erase');
    },
    ping: async () => undefined,
    close: async () => undefined,
    probe: refuse,
    list: async function* () {},
  };
}

answerOrder(run);
