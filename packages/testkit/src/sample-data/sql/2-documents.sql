insert into shop.documents
select md5(i::text || 'document')::uuid, 1 + sample_build.roll(i, 1, sample_build.rows(40000)),
  sample_build.pick(i, 2, '{Rechnung,Lieferschein,契約書,Факту́ра}') || ' ' || i || '.pdf',
  sample_build.pick(i, 3, '{application/pdf,image/jpeg,text/plain}'),
  (select string_agg(sha512(int8send(i * 4096 + part) || int8send(sample_build.roll(i, 4, 2000000000))), '' order by part)
    from generate_series(1, 256 + sample_build.roll(i, 5, 512)) as part),
  timestamptz '2025-06-01Z' + i * interval '1 hour'
from generate_series(1, sample_build.rows(2600)) as i;

-- Empty and tiny values, which a careless restore turns into nulls.
insert into shop.documents values
  ('00000000-0000-0000-0000-000000000001', 1, '', 'empty', '', '-infinity'),
  ('00000000-0000-0000-0000-000000000002', 1, '\x', 'tiny', '\x00', 'infinity');

select lo_from_bytea((990000 + i)::oid,
  (select string_agg(sha512(int8send(i * 65536 + part)), '' order by part) from generate_series(1, 2000 * i) as part))
from generate_series(1, 3) as i;
