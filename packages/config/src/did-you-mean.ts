/** The known word that was probably meant: at most two slips away, and less than half of the word. Undefined when none is near. */
export function findSimilar(word: string, known: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const ranked = known
    .map((candidate) => ({ candidate, slips: countSlips(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, slips }) => slips <= 2 && slips * 2 < Math.max(word.length, candidate.length))
    .sort((a, b) => a.slips - b.slips);
  return ranked[0]?.candidate;
}

/** A hint for a word that is not known: what was probably meant, else everything that is known. */
export function suggest(word: string, known: readonly string[]): string {
  const similar = findSimilar(word, known);
  if (similar !== undefined) return `Did you mean ${similar}?`;
  return known.length === 0 ? 'None is known.' : `Known: ${known.join(', ')}.`;
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let slips = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        slips = Math.min(slips, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
