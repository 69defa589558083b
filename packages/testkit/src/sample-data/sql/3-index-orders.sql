alter table shop.order_lines add primary key (order_id, line);
create index order_lines_product on shop.order_lines (product_id) include (quantity);
create index orders_customer on shop.orders (customer_id, placed_at desc);
create index orders_open on shop.orders (placed_at) where status in ('placed', 'paid');
alter table shop.products add constraint products_sku unique (sku) deferrable initially deferred;
create index products_attributes on shop.products using gin (attributes jsonb_path_ops);
