import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What happens to the bytes that pass after it was planted, once `afterBytes` of them have passed in its direction (`up`: to the server):
 * `hold` no more bytes pass in that direction on that connection, `cut` the connection breaks, `flip` one byte arrives changed.
 */
export interface ProxyFault {
  direction: 'up' | 'down';
  afterBytes: number;
  action: 'hold' | 'cut' | 'flip';
}

interface PlantedFault {
  /** A test whose fault did not fire proves nothing. */
  readonly fired: boolean;
}

export interface FaultProxy {
  port: number;
  /** Connections of clients that are open now. */
  readonly open: number;
  plant(fault: ProxyFault): PlantedFault;
  close(): Promise<void>;
}

/** A TCP proxy on 127.0.0.1 that does to the connections of a test what networks do. */
export async function startFaultProxy(targetPort: number, targetHost: string): Promise<FaultProxy> {
  const clients = new Set<Socket>();
  let planted: (ProxyFault & { passed: number; fired: boolean }) | null = null;

  /** What passes on of a chunk, changed or not, and how the connection goes on. */
  const suffer = (direction: ProxyFault['direction'], chunk: Buffer): { pass: Buffer; after: 'go' | 'hold' | 'cut' } => {
    const fault = planted;
    if (fault === null || fault.fired || fault.direction !== direction) return { pass: chunk, after: 'go' };
    const before = fault.passed;
    fault.passed += chunk.length;
    if (fault.passed <= fault.afterBytes) return { pass: chunk, after: 'go' };
    fault.fired = true;
    const at = fault.afterBytes - before;
    if (fault.action !== 'flip') return { pass: chunk.subarray(0, at), after: fault.action };
    const changed = Buffer.from(chunk);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return { pass: changed, after: 'go' };
  };

  const carry = (direction: ProxyFault['direction'], from: Socket, to: Socket) => {
    let holding = false;
    from.on('data', (chunk) => {
      if (holding || typeof chunk === 'string') return;
      const { pass, after } = suffer(direction, chunk);
      if (pass.length > 0 && !to.write(pass)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      if (after === 'hold') holding = true;
      if (after === 'cut') from.destroy();
    });
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
  };

  const server = createServer((client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    const upstream = connect(targetPort, targetHost);
    carry('up', client, upstream);
    carry('down', upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    port: address.port,
    get open() {
      return clients.size;
    },
    plant(fault) {
      planted = { ...fault, passed: 0, fired: false };
      return planted;
    },
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
