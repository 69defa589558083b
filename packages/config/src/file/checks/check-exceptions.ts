import type { Check } from './check.ts';

/** An exception that is over allows nothing; left in the file it looks as if it did. */
export const checkExceptions: Check = ({ config, vocabulary, problems, notes }) => {
  const now = vocabulary.now();
  for (const { id, expires, instances, dataClasses } of config.exceptions) {
    const path = ['exceptions', id];
    if (expires <= now) {
      problems.add(
        [...path, 'expires'],
        `expired at ${expires.toISOString()}`,
        'Take the exception out, or grant it anew with a later end.',
      );
    }
    if (instances === undefined && dataClasses === undefined) {
      problems.addToKey(path, 'is for nobody', 'Say for which instances or dataClasses it is.');
    }
    for (const [index, name] of (instances ?? []).entries()) {
      if (config.instances.every((instance) => instance.id !== name)) {
        notes.add(
          [...path, 'instances', index],
          `no instance of this file is called ${name}`,
          'That is right when it is registered by command.',
        );
      }
    }
  }
};
