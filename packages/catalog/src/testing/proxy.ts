import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between a catalog and its Postgres that can fail. `faults` counts what it did, so that a test can see that it bit. */
export interface FaultyNetwork {
  /** The address to use instead of the server's own. */
  url: string;
  faults: { cut: number; stalled: number };
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Bytes are swallowed in both directions; nobody is told. */
  stall(): void;
  /** New connections work again. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function createProxy(serverUrl: string): Promise<FaultyNetwork> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const faults = { cut: 0, stalled: 0 };
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) {
      socket.destroy();
      faults.cut += 1;
    }
    await closed;
  };
  return {
    url: url.href,
    faults,
    cut,
    stall() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.on('data', () => undefined);
        faults.stalled += 1;
      }
    },
    async heal() {
      if (!server.listening) await listen(port);
    },
    async close() {
      if (server.listening) await cut();
    },
  };
}
