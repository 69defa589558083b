import type { CbcrError } from '@cbcr/domain';
import type { Output } from './output/output.ts';
import type { Text } from './output/text.ts';

/** Ends a command whose work gave a result and is a failure all the same: people see both; with `--json` both are in one document. */
export function failWithResult(out: Output, failure: CbcrError, data: unknown, describe: () => Text): never {
  if (out.json) throw Object.assign(failure, { result: data });
  out.result(data, describe);
  throw failure;
}
