import { timestamp } from 'drizzle-orm/pg-core';

/** Milliseconds, as a Date has: a moment that was read compares equal to the moment that was written. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
