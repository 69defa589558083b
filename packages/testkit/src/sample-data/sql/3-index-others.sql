create unique index customers_email on shop.customers (lower(email));
create index customers_tags on shop.customers using gin (tags);
create index customers_search on shop.customers using gin (search);
create index customers_signed_up on shop.customers using brin (signed_up_at);
alter table shop.events add primary key (id, occurred_at);
create index events_customer on shop.events (customer_id) where customer_id is not null;
create index events_kind on shop.events ((payload ->> 'query'), kind collate "C");
create index documents_customer on shop.documents using hash (customer_id);
create index "Größe & 数量" on "Ünïcödé & größe"."Lager ""Nord""" ("Größe", "数量" desc nulls last);
