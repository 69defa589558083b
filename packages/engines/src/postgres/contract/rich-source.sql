-- Everything that the engine claims to keep, small. The roles cbcr_app and cbcr_reader exist before.
create extension pg_trgm;
create extension hstore;
create schema "Weird ""Schéma; drop";
comment on schema "Weird ""Schéma; drop" is 'größe '' " \ 🚲';

create type mood as enum ('a', 'b', 'ü');
create domain filled as text check (value <> '');
create type pair as (first int, second text);
create sequence tickets start 42 increment 7;
select nextval('tickets'), nextval('tickets');

create table items (
  id bigint generated always as identity primary key,
  name text not null,
  doc jsonb,
  tags text[],
  raw bytea,
  attributes hstore,
  both_ways pair,
  created timestamptz not null default now(),
  length_of_name int generated always as (length(name)) stored
);
insert into items (name, doc, tags, raw, attributes, both_ways, created)
select md5(i::text) || 'ü🚲', jsonb_build_object('n', i, 'text', E'tab\t quote " \\ newline \n'), array[md5(i::text), null, ''],
       decode(repeat(md5((i * 3)::text), 8), 'hex'), hstore('key', i::text), row(i, 'second')::pair, '2026-01-01'::timestamptz + i * interval '1 minute'
  from generate_series(1, 3000) i;
create index on items using gin (name gin_trgm_ops);
create index on items ((doc ->> 'n')) where id > 10;
create statistics items_name_created on name, created from items;
comment on column items.name is 'a column''s comment';

create table orders (id serial primary key, item_id bigint references items (id) on delete cascade, amount numeric(12, 2), unique (item_id, amount));
insert into orders (item_id, amount) select i, i / 3.0 from generate_series(1, 2000) i;
alter table orders enable row level security;
create policy cheap_only on orders to cbcr_reader using (amount < 100);

create table "Weird ""Schéma; drop"."ta ble;drop ""x""" ("c ö" int, "select" text);
insert into "Weird ""Schéma; drop"."ta ble;drop ""x""" values (1, E'\\.'), (2, null), (3, '\N');
create table no_rows (a int);
create table no_columns ();
create unlogged table fast (a int);
insert into fast values (1);

create table by_hash (m mood, n int) partition by hash (n);
create table by_hash_0 partition of by_hash for values with (modulus 2, remainder 0);
create table by_hash_1 partition of by_hash for values with (modulus 2, remainder 1);
insert into by_hash select (enum_range(null::mood))[1 + i % 3], i from generate_series(1, 300) i;
create table by_time (at date, n int) partition by range (at);
create table by_time_default partition of by_time default;
insert into by_time values ('2026-11-23', 1);

create view order_items as select o.id, i.name from orders o join items i on i.id = o.item_id;
create materialized view totals as select count(*) as orders, sum(amount) as amount from orders;
create unique index on totals (orders);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touch_orders before insert on orders for each row execute function touch();
create function on_ddl() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger watch_ddl on ddl_command_end execute function on_ddl();
create rule no_deletes as on delete to fast do instead nothing;
create aggregate product (numeric) (sfunc = numeric_mul, stype = numeric, initcond = '1');
create publication changes for table items;
create foreign data wrapper nowhere;
create server far_away foreign data wrapper nowhere options (host 'example.org');
create cast (mood as int) with inout;
select lo_from_bytea(0, 'a large object'::bytea);

alter table orders owner to cbcr_app;
grant select on items to cbcr_reader;
grant select (id) on orders to cbcr_reader;
revoke execute on function touch() from public;
alter default privileges in schema public grant select on tables to cbcr_reader;
