import { describeDay } from './describe-moment.ts';
import type { LocalTime } from './local-time.ts';

/** A length of calendar time of which the newest point is kept. */
export interface PeriodLength {
  name: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';
  /** The same number for all moments of one period. */
  keyOf(time: LocalTime): number;
  /** Of the period that a moment lies in: `2026-11-20`, `2026-W47`. */
  labelOf(time: LocalTime): string;
}

const dayMs = 86_400_000;
const dateOf = (day: number) => new Date(day * dayMs);
// 1970-01-01 was a Thursday, and a week belongs to the year of its Thursday.
const weekOf = (day: number) => Math.floor((day + 3) / 7);

/** Longest last: a point that several lengths keep names the shortest first. */
export const periodLengths: readonly PeriodLength[] = [
  {
    name: 'hourly',
    // When the clocks go back, one hour comes twice: they are two hours, told apart by their offset.
    keyOf: ({ day, hour, offsetMs }) => (day * 24 + hour) * 200_000 + offsetMs / 1000,
    labelOf: ({ day, hour, offsetMs }) => `${describeDay(day * dayMs)}T${two(hour)}:00${describeOffset(offsetMs)}`,
  },
  { name: 'daily', keyOf: ({ day }) => day, labelOf: ({ day }) => describeDay(day * dayMs) },
  {
    name: 'weekly',
    keyOf: ({ day }) => weekOf(day),
    labelOf({ day }) {
      const thursday = dateOf(weekOf(day) * 7);
      const year = thursday.getUTCFullYear();
      const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
      return `${year}-W${two(number)}`;
    },
  },
  {
    name: 'monthly',
    keyOf({ day }) {
      const date = dateOf(day);
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    },
    labelOf: ({ day }) => describeDay(day * dayMs).slice(0, -3),
  },
  { name: 'yearly', keyOf: ({ day }) => dateOf(day).getUTCFullYear(), labelOf: ({ day }) => describeDay(day * dayMs).slice(0, -6) },
];

const two = (value: number) => String(value).padStart(2, '0');

function describeOffset(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
