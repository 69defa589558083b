import type { Check } from './check.ts';

export const checkCompliance: Check = ({ config, vocabulary, problems }) => {
  for (const { path, message } of vocabulary.chooseControls(config.compliance).problems) {
    problems.add(['compliance', ...path], message);
  }
};
