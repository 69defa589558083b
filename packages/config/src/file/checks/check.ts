import type { Config, ConfigVocabulary } from '../config.ts';
import type { ProblemList } from '../problem-list.ts';
import type { Sections } from '../read-sections.ts';

interface CheckInput {
  sections: Sections;
  /** What the valid entries say together. */
  config: Config;
  vocabulary: ConfigVocabulary;
  problems: ProblemList;
  /** For what is probably not meant, and wrong nowhere. */
  notes: ProblemList;
}

/** Looks at the file as a whole, after every entry was read by itself. */
export type Check = (input: CheckInput) => void;
