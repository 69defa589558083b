/** Rows as a plain dump of a shop has them: counters, dates, words, JSON and random hex. Compresses to about 2/5, like the sample database. */
export function makeDumpLikeBytes(sizeBytes: number): Buffer {
  const words = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa'.split(' ');
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = () => words[random(words.length)];
  const hex = () =>
    Array.from({ length: 6 }, () =>
      random(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  const target = Buffer.allocUnsafe(sizeBytes);
  let filled = 0;
  for (let id = 1; filled < sizeBytes; id++) {
    const date = `2026-11-${10 + random(20)} 10:${10 + random(50)}:00+00`;
    filled += target.write(`${id}\t${word()} ${word()} ${word()}\t${date}\t{"k":${random(1e6)},"v":"${word()}"}\t\\\\x${hex()}\n`, filled);
  }
  return target;
}
