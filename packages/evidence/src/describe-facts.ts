import { type Html, html } from './html.ts';

/** The facts of an event for people: a line for each, in the words of its reasons where it has some. */
export const describeFacts = (facts: Readonly<Record<string, unknown>>): Html =>
  html`${Object.entries(facts).map(([name, value]) => html`<div><span class="fact">${name}</span> ${describeFact(value)}</div>`)}`;

function describeFact(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '–';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(describeFact).join('; ');
  if (typeof value !== 'object') return JSON.stringify(value) ?? '–';
  if ('text' in value && typeof value.text === 'string') return value.text;
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${describeFact(part)}`)
    .join(', ');
}
