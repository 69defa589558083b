/** What a command's exit code says; the codes of failures follow from the error catalogue (`exitCodeOf`). */
export const exitCodes: readonly { code: number; meaning: string }[] = [
  { code: 0, meaning: 'it worked' },
  { code: 1, meaning: 'something unexpected happened' },
  { code: 2, meaning: 'bad input: the command line, a file, the environment' },
  { code: 3, meaning: 'what was named does not exist' },
  { code: 4, meaning: 'refused: not allowed, or in conflict with the present state' },
  { code: 5, meaning: 'something that is needed does not answer' },
  { code: 6, meaning: 'the work itself failed, such as a run that was waited for' },
  { code: 130, meaning: 'interrupted' },
];

/** An interrupted command ends with what a shell gives to a program that Ctrl-C ended. */
export const interruptedExitCode = 130;
