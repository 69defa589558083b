import type { RunLog } from '../src/job-kind.ts';

export const silentLog: RunLog = { info: () => undefined, warn: () => undefined, error: () => undefined, child: () => silentLog };
