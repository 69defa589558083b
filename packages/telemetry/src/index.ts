/**
 * What the services say about themselves: structured logs without secrets, and metrics for Prometheus.
 *
 * Must never decide anything, never hold up the work that it describes, and never let a secret out, whatever it is given to log.
 */
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './log/create-logger.ts';
export { createReadableLog } from './log/readable-log.ts';
export { redactText } from './log/redact-text.ts';
export { runLogger } from './log/run-logger.ts';
export { createMetrics, type Metrics } from './metrics/create-metrics.ts';
