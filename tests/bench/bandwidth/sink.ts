import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Arrival, FromSink, ToSink } from './sink-protocol.ts';

export interface Sink {
  readonly endpoint: string;
  forget(): void;
  /** What arrived since it last told or forgot. */
  tell(): Promise<readonly Arrival[]>;
  stop(): void;
}

export async function startSink(): Promise<Sink> {
  const child = fork(join(import.meta.dirname, 'sink-process.ts'), { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const next = async (): Promise<FromSink> => {
    const [message] = await once(child, 'message');
    return message;
  };
  const ask = (message: ToSink) => child.send(message);
  const started = await next();
  if (started.type !== 'listening') throw new Error('the sink does not listen');
  return {
    endpoint: `http://127.0.0.1:${started.port}`,
    forget: () => void ask({ type: 'forget' }),
    async tell() {
      const answered = next();
      ask({ type: 'tell' });
      const told = await answered;
      return told.type === 'arrivals' ? told.arrivals : [];
    },
    stop: () => child.disconnect(),
  };
}
