import { connect, createServer, type Socket } from 'node:net';
import { type Clock, systemClock } from '@cbcr/domain';

/**
 * `pass`     forwards all
 * `refuse`   resets open connections and every new one: the service is down
 * `stall`    keeps connections open and forwards nothing: the service hangs
 * `throttle` forwards at most `bytesPerSecond` in each direction of each connection
 * `half-open` the service is gone and nobody tells the client: its connections stay open, silent, for ever
 * `forget`   connections that are open now stay so, silent, for ever; new ones work: what a failover of a load balancer leaves behind
 * `cut`      resets each connection after it has received `afterBytes` from the service
 */
export type Fault =
  | { kind: 'pass' | 'refuse' | 'stall' | 'half-open' | 'forget' }
  | { kind: 'throttle'; bytesPerSecond: number }
  | { kind: 'cut'; afterBytes: number };

export interface FaultProxy {
  port: number;
  /** The address of the service with this proxy in its place; user, password and path stay. */
  urlOf(serviceUrl: string): string;
  /** Holds from now on, for open connections as well. */
  set(fault: Fault): void;
  /** How often the present fault has hurt: connections reset or silenced, pieces held back or slowed. A test whose fault never fired has tested nothing. */
  fired(): number;
  openConnections(): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  service: Socket;
  forgotten: boolean;
}

/** A TCP proxy in front of a service of this machine, whose network can be broken. */
export async function startFaultProxy(target: { port: number; host?: string }, clock: Clock = systemClock): Promise<FaultProxy> {
  let fault: Fault = { kind: 'pass' };
  let fired = 0;
  let changed = Promise.withResolvers<void>();
  const pairs = new Set<Pair>();

  /** Resolves when `bytes` may be forwarded, false when the connection was given up meanwhile. */
  const admit = async (bytes: number, pair: Pair, isOpen: () => boolean): Promise<boolean> => {
    if (pair.forgotten && isOpen()) await new Promise((resolve) => pair.client.once('close', resolve));
    for (let counted = false; isOpen(); counted = true) {
      const { kind } = fault;
      if (kind !== 'stall' && kind !== 'half-open') break;
      if (!counted) fired++;
      await changed.promise;
    }
    if (fault.kind === 'throttle') {
      fired++;
      await clock.sleep((bytes / fault.bytesPerSecond) * 1000);
    }
    return isOpen();
  };

  const pump = async (pair: Pair, from: Socket, to: Socket, reset: () => void, isFromService: boolean) => {
    let forwarded = 0;
    // Only the receiver counts: the sender may be gone when its last bytes are still on their way.
    const isOpen = () => !to.destroyed;
    // The iterator would destroy the socket at its end, and the other direction with it.
    for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (!(await admit(chunk.length, pair, isOpen))) return;
      const allowed = fault.kind === 'cut' && isFromService ? Math.max(0, fault.afterBytes - forwarded) : chunk.length;
      if (allowed > 0 && !to.write(chunk.subarray(0, allowed))) await waitForDrain(to);
      forwarded += allowed;
      if (allowed < chunk.length) {
        fired++;
        reset();
        return;
      }
    }
    if (await admit(0, pair, isOpen)) to.end();
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {});
    if (fault.kind === 'refuse') {
      fired++;
      client.resetAndDestroy();
      return;
    }
    const service = connect({ port: target.port, host: target.host ?? '127.0.0.1', allowHalfOpen: true });
    const pair: Pair = { client, service, forgotten: false };
    pairs.add(pair);
    const reset = () => {
      client.resetAndDestroy();
      service.destroy();
    };
    service.on('error', () => fault.kind !== 'half-open' && reset());
    client.on('close', () => {
      pairs.delete(pair);
      service.destroy();
    });
    void pump(pair, client, service, reset, false).catch(reset);
    void pump(pair, service, client, reset, true).catch(() => fault.kind !== 'half-open' && reset());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    port,
    urlOf: (serviceUrl) => {
      const url = new URL(serviceUrl);
      url.hostname = '127.0.0.1';
      url.port = String(port);
      return url.href;
    },
    set: (next) => {
      fault = next;
      fired = 0;
      for (const pair of pairs) {
        const { client, service } = pair;
        if (next.kind === 'forget') {
          fired++;
          pair.forgotten = true;
        } else if (next.kind === 'refuse') {
          fired++;
          client.resetAndDestroy();
        } else if (next.kind === 'half-open') {
          fired++;
          service.destroy();
        }
      }
      changed.resolve();
      changed = Promise.withResolvers<void>();
    },
    fired: () => fired,
    openConnections: () => pairs.size,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { client, service } of pairs) {
        client.destroy();
        service.destroy();
      }
      changed.resolve();
      await closed;
    },
  };
}

const waitForDrain = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
