/** A Postgres array as text, for one parameter instead of one for each element. Its type is told by a cast. */
export const arrayLiteral = (elements: readonly (string | number | null)[]): string =>
  `{${elements.map((element) => (element === null ? 'null' : `"${String(element).replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`;
