import { PinoPretty } from 'pino-pretty';

/**
 * Turns lines of JSON logs into lines for people, with the service and the run in front. Serves as the destination of a logger, and as a stream
 * that lines of other processes are piped into. What is no log line passes unchanged.
 */
export function createReadableLog(options: { destination: NodeJS.WritableStream; color: boolean }): ReturnType<typeof PinoPretty> {
  return PinoPretty({
    destination: options.destination,
    colorize: options.color,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,service,runId,kind,region,instance,recoveryPoint',
    errorLikeObjectKeys: ['err', 'error', 'cause'],
    messageFormat: (line, messageKey) => {
      const message = line[messageKey];
      const context = ['service', 'region', 'kind', 'instance', 'runId'].flatMap((key) =>
        typeof line[key] === 'string' ? [line[key]] : [],
      );
      return `${context.length > 0 ? `[${context.join(' ')}] ` : ''}${typeof message === 'string' ? message : ''}`;
    },
  });
}
