insert into shop.customers
  (id, public_id, email, name, address, country, birthday, vip, tags, last_ip, credit, preferences, signed_up_at)
overriding system value
select i,
  md5(sample_build.roll(i, 1, 1000000000)::text || i)::uuid,
  'customer' || i || '@' || sample_build.pick(i, 2, '{example.com,example.org,bücher.example,post.example}'),
  sample_build.pick(i, 3, '{Zoë,Jürgen,Søren,Łukasz,Nguyễn,María José,Олена,Γιώργος,美咲,محمد,Ada,O''Hara}') || ' '
    || sample_build.pick(i, 4, '{Müller,Østergård,Żółć,Trần,García,Шевченко,Παπαδόπουλος,佐藤,الحسن,Lovelace,d''Artagnan}')
    || ' ' || substr(md5(i::text || 'name'), 1, 8),
  case when sample_build.roll(i, 5, 10) > 0 then
    row('Straße ' || sample_build.roll(i, 6, 400), sample_build.pick(i, 7, '{Köln,Genève,Kraków,Åre,São Paulo,東京}'),
      lpad(sample_build.roll(i, 8, 99999)::text, 5, '0'))::shop.postal_address end,
  sample_build.pick(i, 9, '{DE,FR,PL,SE,GB,JP}'),
  case when sample_build.roll(i, 10, 3) > 0 then date '1940-01-01' + sample_build.roll(i, 11, 24000) end,
  sample_build.roll(i, 12, 50) = 0,
  (array['newsletter', 'größe "XL"', 'a,b', '{}', 'null', 'früh\\spät', E'tab\there'])[1:sample_build.roll(i, 13, 8)],
  case when sample_build.roll(i, 14, 4) > 0 then
    ('10.' || sample_build.roll(i, 15, 256) || '.' || sample_build.roll(i, 16, 256) || '.0/24')::inet
    else ('2001:db8::' || to_hex(sample_build.roll(i, 17, 65536)))::inet end,
  sample_build.roll(i, 18, 100000000)::numeric / 10000,
  jsonb_build_object('theme', sample_build.pick(i, 19, '{hell,dark,автоматически}'), 'sizes', jsonb_build_array(1, 2.50, null),
    'token', md5(i::text || 'token') || md5(i::text || 'token2')),
  timestamptz '2019-01-01Z' + sample_build.roll(i, 20, 230000000) * interval '1 second'
from generate_series(1, sample_build.rows(40000)) as i;

insert into shop.categories (id, parent_id, title)
select 500 + i, nullif(500 + i / 4, 500), 'Kategorie ' || i || sample_build.pick(i, 1, '{ – Neu, ♥, ∞,""}') from generate_series(1, 60) as i;

insert into shop.products
select 1000 + i * 10, 501 + sample_build.roll(i, 1, 60), 'SKU-' || md5(i::text || 'sku'), 'Produkt ' || md5(i::text),
  case when sample_build.roll(i, 2, 8) > 0 then sample_build.prose(i, 3) end,
  sample_build.roll(i, 4, 1000000)::numeric / 100,
  case when sample_build.roll(i, 5, 5) > 0 then sample_build.roll(i, 6, 1000000) / 7.0 end,
  array[sample_build.roll(i, 7, 900), null, sample_build.roll(i, 8, 900)],
  array[[0.1 * sample_build.roll(i, 9, 99), 'NaN'], ['Infinity', 1e-300]]::double precision[][],
  case when sample_build.roll(i, 10, 6) > 0 then
    jsonb_build_object('farbe', sample_build.pick(i, 11, '{rot,grün,blau,schwarz}'), 'code', md5(i::text || 'code'), 'ean', i * 7919) end,
  case when sample_build.roll(i, 12, 9) = 0 then timestamptz '2026-03-29 02:30:00+01' + i * interval '1 minute' end,
  daterange('2025-01-01', case when i % 3 = 0 then null else date '2025-01-01' + (i % 900)::int end)
from generate_series(1, sample_build.rows(5000)) as i;

insert into shop.orders (id, customer_id, status, placed_at, changed_at, shipping, note, trace)
select i, 1 + sample_build.roll(i, 1, sample_build.rows(40000)),
  (enum_range(null::shop.order_status))[1 + sample_build.roll(i, 2, 6)],
  timestamptz '2024-01-01Z' + sample_build.roll(i, 3, 86400000) * interval '1 second',
  case when sample_build.roll(i, 4, 3) > 0 then timestamp '2026-01-01 12:00:00.123456' + i * interval '1 second' end,
  sample_build.roll(i, 5, 2000)::numeric / 100,
  case when sample_build.roll(i, 6, 12) = 0 then E'Bitte klingeln!\r\n\tGrüße — 谢谢 ' || md5(i::text) end,
  sha256(int8send(i))
from generate_series(1, sample_build.rows(150000)) as i;

insert into shop.order_lines (order_id, line, product_id, quantity, unit_price, discount)
select i, l, 1000 + 10 * (1 + sample_build.roll(i * 8 + l, 1, sample_build.rows(5000))), 1 + sample_build.roll(i * 8 + l, 2, 9),
  sample_build.roll(i * 8 + l, 3, 10000000)::numeric / 10000,
  case when sample_build.roll(i * 8 + l, 4, 3) = 0 then sample_build.roll(i * 8 + l, 5, 1000) / 3333.0 end
from generate_series(1, sample_build.rows(150000)) as i, generate_series(1, 1 + sample_build.roll(i, 7, 5)) as l;
