import { stripVTControlCharacters } from 'node:util';

/** How many columns of a terminal a line takes; its styles take none. */
export const columnsOf = (line: string): number => [...stripVTControlCharacters(line)].length;

/** Breaks a text into lines of at most `width` columns, between words where that is possible. Nothing is left out: ids and paths are copied by people. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => breakWord(whole, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function breakWord(word: string, width: number): string[] {
  if (columnsOf(word) <= width) return [word];
  const characters = [...word];
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, part) =>
    characters.slice(part * width, (part + 1) * width).join(''),
  );
}
