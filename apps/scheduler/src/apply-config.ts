import { type Catalog, type ConfigOutcome, rulebookOf } from '@cbcr/catalog';
import type { ApiProblem } from '@cbcr/client';
import { type Config, type ConfigResult, type ConfigVocabulary, parseConfig, readConfigFile } from '@cbcr/config';
import { CbcrError, type Clock, hashRulebook } from '@cbcr/domain';
import { readFindCapabilities } from './find-capabilities.ts';
import type { ProblemList } from './http/error-answers.ts';
import { findNewlyIllegal, judgeChange } from './policy-change.ts';

type Problems = Extract<ConfigResult, { ok: false }>['problems'];

/** `config.invalid` with everything that is wrong. */
export class InvalidConfigError extends CbcrError<'config.invalid'> implements ProblemList {
  readonly problems: readonly (ApiProblem & { file: string; line: number; column: number })[];

  constructor(file: string, problems: Problems) {
    super('config.invalid', { file, count: problems.length });
    this.problems = problems;
  }
}

/** Who changes the configuration, and why. */
interface ConfigChange {
  actor: string;
  reason?: string | undefined;
  /** Apply even if an instance is left without a legal copy; needs a reason. */
  force?: boolean | undefined;
}

export interface ConfigApplier {
  /** What the text says, or throws {@link InvalidConfigError}. Changes nothing. */
  readText(text: string, file: string): Promise<Config>;
  /**
   * Makes the catalog say what the text says, or throws {@link InvalidConfigError} or `policy.change-refused` and changes nothing. Answers with
   * the version of the policies in force, whether it is a new one, and the instances that the text does not name any more.
   */
  applyText(text: string, file: string, change: ConfigChange): Promise<Config & ConfigOutcome>;
  /**
   * As a scheduler does at its start. Policies of the file that were in force before and were then replaced by somebody, by a rollback for one,
   * are not applied again: `superseded` is then the version in force. `ended`: what only the end of residency exceptions made wrong in the file.
   */
  applyFile(
    file: string,
    change: ConfigChange,
  ): Promise<Config & Pick<ConfigOutcome, 'retired'> & { superseded: number | null; ended: Problems }>;
  /** Applies the policies of an earlier version as a new one. Throws `policy.version-not-found`, `policy.change-refused`. */
  rollBack(version: number, change: ConfigChange): Promise<{ version: number; changed: boolean }>;
}

/** `onApplied` hears of the regions that are configured now. */
export function createConfigApplier(
  { catalog, clock }: { catalog: Catalog; clock: Clock },
  vocabulary: ConfigVocabulary,
  onApplied: (config: Pick<Config, 'regions'>) => void,
): ConfigApplier {
  const requireValid = (result: ConfigResult, file: string): Config => {
    if (!result.ok) throw new InvalidConfigError(file, result.problems);
    return result.config;
  };
  const apply = async (config: Config, change: ConfigChange) => {
    const { force = false } = requireReason(change);
    const wanted = { rulebook: rulebookOf(config), instances: config.instances, force };
    const judge = await judgeChange({ catalog, clock }, wanted);
    const illegal = await findNewlyIllegal({ catalog, clock }, wanted);
    const outcome = await catalog.applyConfig(config, { ...change, forced: force, illegal }, judge);
    onApplied(config);
    return { ...config, ...outcome };
  };
  /** Also against what workers found in the stores. A scheduler that starts does not ask that: a bucket must not keep it from starting. */
  const readText = async (text: string, file: string) =>
    requireValid(parseConfig(text, file, { ...vocabulary, findCapabilities: await readFindCapabilities(catalog) }), file);
  /**
   * Time that passes must not keep a scheduler from starting: an exception that has ended since somebody wrote the file, and what was possible by it alone,
   * is no reason. Decisions go by its end all the same.
   */
  const readFile = async (file: string): Promise<{ config: Config; ended: Problems }> => {
    const now = await readConfigFile(file, vocabulary);
    if (now.ok) return { config: now.config, ended: [] };
    const before = await readConfigFile(file, { ...vocabulary, now: () => beforeAnyEnd });
    return { config: requireValid(before.ok ? before : now, file), ended: now.problems };
  };
  return {
    readText,
    applyText: async (text, file, change) => apply(await readText(text, file), change),
    async applyFile(file, change) {
      const { config, ended } = await readFile(file);
      const [newest] = await catalog.rulebook.list({ limit: 1 });
      const hash = hashRulebook(rulebookOf(config));
      const isReplaced = newest !== undefined && newest.hash !== hash && newest.author !== change.actor;
      if (isReplaced && (await catalog.rulebook.findByHash(hash)) !== null) {
        const { rulebook } = await catalog.rulebook.get(newest.version);
        const {
          version,
          changed: _changed,
          ...applied
        } = await apply({ ...rulebook, instances: config.instances, limits: config.limits }, change);
        return { ...applied, superseded: version, ended };
      }
      return { ...(await apply(config, change)), superseded: null, ended };
    },
    async rollBack(version, change) {
      const { force = false } = requireReason(change);
      const { rulebook } = await catalog.rulebook.get(version);
      const wanted = { rulebook, instances: null, force };
      const judge = await judgeChange({ catalog, clock }, wanted);
      const illegal = await findNewlyIllegal({ catalog, clock }, wanted);
      const { version: applied, changed } = await catalog.applyRulebook(
        rulebook,
        { ...change, forced: force, rollbackOf: version, illegal },
        judge,
      );
      onApplied(rulebook);
      return { version: applied, changed };
    },
  };
}

/** When every residency exception was still to end. */
const beforeAnyEnd = new Date(0);

function requireReason(change: ConfigChange): ConfigChange {
  if (change.force === true && change.reason === undefined) {
    throw new CbcrError('api.request-invalid', { cause: 'a change that is forced needs a reason' });
  }
  return change;
}
