import { renderTable, type Table } from './table.ts';

/** What a command shows: lines and tables, one below the other. How wide tables may be is known only where they are written. */
export type Text = string | Table | readonly Text[];

/** `width` in columns; without it, tables are as wide as they need to be. */
export function renderText(text: Text, width?: number): string {
  if (typeof text === 'string') return text;
  if ('head' in text) return renderTable(text, width);
  return text.map((part) => renderText(part, width)).join('\n');
}

export function listEmptyTables(text: Text): Table[] {
  if (typeof text === 'string') return [];
  if ('head' in text) return text.rows.length === 0 ? [text] : [];
  return text.flatMap(listEmptyTables);
}
