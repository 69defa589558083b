insert into shop.events
select i, timestamptz '2025-01-01Z' + (sample_build.roll(i, 1, 62000000)) * interval '1 second',
  sample_build.pick(i, 2, '{login,logout,view,search,checkout,оплата}'),
  case when sample_build.roll(i, 3, 5) > 0 then 1 + sample_build.roll(i, 4, sample_build.rows(40000)) end,
  jsonb_build_object('session', md5(i::text || 'session') || md5(i::text || 'more'), 'n', sample_build.roll(i, 5, 1000000) / 8.0,
    'query', sample_build.pick(i, 6, '{schöne Schuhe,"chaussures d''été",靴,NULL}'), 'ok', sample_build.roll(i, 7, 2) = 1,
    'path', jsonb_build_array('/p/' || sample_build.roll(i, 8, 5000), null, jsonb_build_object('ref', md5(i::text || 'ref')))),
  case when sample_build.roll(i, 9, 3) > 0 then ('192.168.' || sample_build.roll(i, 10, 256) || '.' || sample_build.roll(i, 11, 256))::inet end,
  case when sample_build.roll(i, 12, 4) = 0 then sample_build.roll(i, 13, 90000) * interval '1 millisecond' end
from generate_series(1, sample_build.rows(120000)) as i;

insert into shop.reviews
select 1000 + 10 * (1 + sample_build.roll(i, 1, sample_build.rows(5000))), 1 + sample_build.roll(i, 2, sample_build.rows(40000)),
  nullif(sample_build.roll(i, 3, 6), 0),
  sample_build.prose(i, 4) || md5(i::text) || sample_build.prose(i, 5) || md5(i::text || 'b') || sample_build.prose(i, 6),
  case when i % 50 = 0 then xmlparse(content '<review id="' || i || '">größer &amp; besser</review>') end
from generate_series(1, sample_build.rows(8000)) as i;

insert into "Ünïcödé & größe"."Lager ""Nord"""
select i, sample_build.pick(i, 1, '{S,M,L,XL,"Übergröße"}'), sample_build.roll(i, 2, 500), case when i % 2 = 0 then 'строка ' || md5(i::text) end
from generate_series(1, sample_build.rows(3000)) as i;

insert into shop.price_periods
select tstzrange(timestamptz '2025-01-01Z' + i * interval '1 week', timestamptz '2025-01-01Z' + (i + 1) * interval '1 week'), 1 + i / 100.0
from generate_series(0, 90) as i;
