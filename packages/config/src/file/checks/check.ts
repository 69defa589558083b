import type { ConfigVocabulary } from '../config.ts';
import type { ProblemList } from '../problem-list.ts';
import type { Sections } from '../read-sections.ts';

/** Looks at the file as a whole, after every entry was read by itself. */
export type Check = (sections: Sections, vocabulary: ConfigVocabulary, problems: ProblemList) => void;
