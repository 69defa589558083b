import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import { redactLine } from './redact-value.ts';

/** Only what its users need may be relied on; it is a pino logger, which Fastify takes as it is. */
export type Logger = PinoLogger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  /** Which process speaks: `scheduler`, `worker`, … */
  service: string;
  level: LogLevel;
  /** Where lines go; standard output when absent. */
  destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object per line: `level` (a word), `time` (ISO 8601), `service`, `pid`, the facts, `msg`. Errors go under `err` (or
 * `error`, `cause`) with their stack, code, hint and causes. Secrets are taken out of the finished line, so that no way of logging gets past it.
 */
export function createLogger({ service, level, destination = pino.destination(1) }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError, cause: serializeError },
      hooks: { streamWrite: redactLine },
    },
    destination,
  );
}

const serializeError = (value: unknown): unknown => (value instanceof Error ? stdSerializers.errWithCause(value) : value);
