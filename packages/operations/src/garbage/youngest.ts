/** Null when one of the moments is not known, or there is none: then nobody can say that all are old. */
export function youngest(dates: readonly (Date | null)[]): Date | null {
  let found: Date | null = null;
  for (const date of dates) {
    if (date === null) return null;
    if (found === null || date > found) found = date;
  }
  return found;
}
