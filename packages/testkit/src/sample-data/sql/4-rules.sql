alter table shop.products add foreign key (category_id) references shop.categories;
alter table shop.orders add foreign key (customer_id) references shop.customers on delete restrict;
alter table shop.order_lines add foreign key (order_id) references shop.orders on delete cascade;
alter table shop.order_lines add foreign key (product_id) references shop.products;
alter table shop.documents add foreign key (customer_id) references shop.customers;
alter table shop.reviews add foreign key (product_id) references shop.products, add foreign key (customer_id) references shop.customers;
alter table shop.refunds add foreign key (order_id) references shop.orders deferrable;
update shop.customers set favourite_order = o.id from shop.orders o
  where o.customer_id = customers.id and o.id <= sample_build.rows(2000);
alter table shop.customers add foreign key (favourite_order) references shop.orders deferrable initially deferred;

create function shop.order_total(wanted bigint) returns numeric language sql stable as
  $$ select coalesce(sum(total), 0) from shop.order_lines where order_id = wanted $$;
comment on function shop.order_total(bigint) is 'Without shipping';
create function shop.touch() returns trigger language plpgsql as $$
begin
  new.changed_at := clock_timestamp() at time zone 'UTC';
  return new;
end $$;
create trigger orders_touch before update on shop.orders for each row when (old.* is distinct from new.*) execute function shop.touch();
create procedure shop.cancel_order(wanted bigint) language sql as $$ update shop.orders set status = 'cancelled' where id = wanted $$;
create aggregate shop.latest(text) (sfunc = text_larger, stype = text, initcond = '');

create view shop.customer_totals as
  select c.id, c.name, count(o.id) as orders, sum(shop.order_total(o.id)) as spent
  from shop.customers c left join shop.orders o on o.customer_id = c.id group by c.id;
create view shop."Größenübersicht" with (security_barrier) as
  select "Größe", sum("数量") as "Σ" from "Ünïcödé & größe"."Lager ""Nord""" group by 1;
create materialized view shop.monthly_revenue as
  select date_trunc('month', o.placed_at at time zone 'Europe/Berlin') as month, count(distinct o.id) as orders, sum(l.total) as revenue
  from shop.orders o join shop.order_lines l on l.order_id = o.id where o.status <> 'cancelled' group by 1;
create unique index monthly_revenue_month on shop.monthly_revenue (month);
create statistics shop.orders_statistics (dependencies) on customer_id, status from shop.orders;
grant select on shop.customer_totals to public;

select setval(pg_get_serial_sequence('shop.customers', 'id'), (select max(id) from shop.customers)),
  setval(pg_get_serial_sequence('shop.categories', 'id'), (select max(id) from shop.categories)),
  setval(pg_get_serial_sequence('shop.orders', 'id'), (select max(id) from shop.orders)),
  setval('shop.product_numbers', (select max(id) from shop.products)),
  setval('shop.invoice_numbers', 9000000000 + sample_build.rows(12345), false);
drop schema sample_build cascade;
