/** The day of a moment in UTC: `2027-01-04`. */
export const describeDay = (ms: number): string => new Date(ms).toISOString().slice(0, -14);

/** A moment to the minute in UTC: `2027-01-04 12:30 UTC`. */
export const describeMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, -8).replace('T', ' ')} UTC`;
