-- What a working day does between two backups.
insert into shop.customers (public_id, email, name, country, signed_up_at)
select md5('new' || i || now()::text)::uuid, 'new' || i || '-' || md5(now()::text) || '@example.com', 'Neu № ' || i, 'DE', now() from generate_series(1, 200) as i;
update shop.orders set status = 'shipped', note = coalesce(note, '') || ' ✓' where id % 97 = 0;
update shop.customers set tags = tags || 'geändert'::text, credit = credit + 0.0001 where id % 101 = 0;
delete from shop.reviews where ctid in (select ctid from shop.reviews order by ctid limit 50);
insert into shop.orders (customer_id, status, placed_at, trace)
select c.id, 'placed', now(), sha256(c.public_id::text::bytea) from shop.customers c order by c.id desc limit 500;
insert into shop.order_lines (order_id, line, product_id, quantity, unit_price)
select o.id, 1, (select min(id) from shop.products), 2, 19.99 from shop.orders o order by o.id desc limit 500;
insert into shop.documents
select md5('document' || i || now()::text)::uuid, i, 'Änderung ' || i || '.pdf', 'application/pdf',
  (select string_agg(sha512(int8send(i * 512 + part) || now()::text::bytea), '') from generate_series(1, 500) as part), now()
from generate_series(1, 60) as i;
select nextval('shop.invoice_numbers');
refresh materialized view shop.monthly_revenue;
