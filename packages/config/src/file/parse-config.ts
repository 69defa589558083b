import { inOrderOfTheFile } from '../problem.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { buildConfig } from './build-config.ts';
import { checks } from './checks/index.ts';
import type { ConfigResult, ConfigVocabulary } from './config.ts';
import { ProblemList } from './problem-list.ts';
import { readSections } from './read-sections.ts';

/**
 * Reads the text of a `cbcr.yaml`. Never throws for any text: either everything is right, or all problems come back at once, each with its
 * path and line, in the order of the file. `file` is only a name, for the problems. A problem never shows the value of a secret.
 */
export function parseConfig(text: string, file: string, vocabulary: ConfigVocabulary): ConfigResult {
  const document = readYaml(text);
  const problems = new ProblemList(file, document);
  const notes = new ProblemList(file, document);
  for (const fault of document.faults) problems.addFault(fault);

  // A text that is not YAML has no sections to speak of.
  if (document.value !== undefined || document.faults.length === 0) {
    const sections = readSections(document.value, vocabulary, problems);
    const config = buildConfig(sections);
    for (const check of checks) check({ sections, config, vocabulary, problems, notes });
    if (problems.isEmpty) return { ok: true, config, notes: notes.list().sort(inOrderOfTheFile) };
  }
  return { ok: false, problems: problems.list().sort(inOrderOfTheFile) };
}
