import { expect, it } from 'vitest';
import { splitByLocks } from './restore-post-data.ts';

/** As `pg_restore --list` writes it. */
const list = `;
; Archive created at 2026-11-23 09:00:00 UTC
;     dbname: shop
;
; Selected TOC Entries:
;
3390; 2606 16434 CONSTRAINT shop customers customers_pkey owner
3401; 1259 16490 INDEX shop orders_customer owner
3402; 1259 16491 INDEX shop CONSTRAINT owner
3477; 0 0 INDEX ATTACH shop events_2025_pkey owner
3410; 2606 16500 FK CONSTRAINT shop orders orders_customer_id_fkey owner
3411; 2606 16501 CHECK CONSTRAINT shop orders total_is_positive owner
3412; 2620 16510 TRIGGER shop orders orders_touch owner
3566; 0 0 COMMENT shop INDEX orders_customer owner
3380; 0 16420 MATERIALIZED VIEW DATA shop monthly_revenue owner
`;

it('lets several jobs make what locks one table alone, and keeps the order of everything', () => {
  const numbers = (entries: readonly string[]) => entries.map((entry) => Number.parseInt(entry, 10));
  const { alone, together } = splitByLocks(list);
  expect(numbers(alone)).toEqual([3390, 3401, 3402]);
  expect(numbers(together)).toEqual([3477, 3410, 3411, 3412, 3566, 3380]);
});

it('leaves what comes after a definition behind it: it may be an index of a view that was defined late', () => {
  const late = `3420; 1259 16600 MATERIALIZED VIEW shop by_customer owner
3421; 1259 16601 INDEX shop by_customer_id owner
`;
  const numbers = (entries: readonly string[]) => entries.map((entry) => Number.parseInt(entry, 10));
  const { alone, together } = splitByLocks(`${list}${late}`);
  expect(numbers(alone)).toEqual([3390, 3401, 3402]);
  expect(numbers(together)).toEqual([3477, 3410, 3411, 3412, 3566, 3380, 3420, 3421]);
});
