import type { Catalog } from '@cbcr/catalog';
import type { ApiProblem } from '@cbcr/client';
import { type Config, type ConfigResult, type ConfigVocabulary, parseConfig, readConfigFile } from '@cbcr/config';
import { CbcrError } from '@cbcr/domain';
import type { ProblemList } from './http/error-answers.ts';

/** `config.invalid` with everything that is wrong. */
export class InvalidConfigError extends CbcrError<'config.invalid'> implements ProblemList {
  readonly problems: readonly (ApiProblem & { file: string; line: number; column: number })[];

  constructor(file: string, problems: Extract<ConfigResult, { ok: false }>['problems']) {
    super('config.invalid', { file, count: problems.length });
    this.problems = problems;
  }
}

export interface ConfigApplier {
  /** Makes the catalog say what the text says, or throws {@link InvalidConfigError} and changes nothing. */
  applyText(text: string, file: string, actor: string): Promise<Config>;
  applyFile(file: string, actor: string): Promise<Config>;
}

/** `onApplied` hears of the regions that are configured now. */
export function createConfigApplier(catalog: Catalog, vocabulary: ConfigVocabulary, onApplied: (config: Config) => void): ConfigApplier {
  const apply = async (result: ConfigResult, file: string, actor: string) => {
    if (!result.ok) throw new InvalidConfigError(file, result.problems);
    await catalog.applyConfig(result.config, actor);
    onApplied(result.config);
    return result.config;
  };
  return {
    applyText: (text, file, actor) => apply(parseConfig(text, file, vocabulary), file, actor),
    applyFile: async (file, actor) => apply(await readConfigFile(file, vocabulary), file, actor),
  };
}
