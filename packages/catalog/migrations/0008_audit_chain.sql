-- The audit trail becomes a chain. Written by hand below the tables.
--
--   ZC004  a row of audit_events does not follow the last one   {id}

CREATE TABLE "audit_head" (
	"singleton" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"chain_id" text NOT NULL,
	"last_id" bigint NOT NULL,
	"last_hash" text NOT NULL,
	CONSTRAINT "audit_head_is_one_row" CHECK ("audit_head"."singleton")
);
--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "id" DROP IDENTITY;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "prev_hash" text;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "hash" text;--> statement-breakpoint
-- The same text as canonicalJson of @cbcr/domain, for what JavaScript can have written. Needed once, for the rows of earlier versions.
create function cbcr_canonical_number(value double precision) returns text
language sql immutable as $$
  select case
    when value = 0 or (abs(value) >= 1e-6 and abs(value) < 1e21) then trim_scale(value::text::numeric)::text
    else regexp_replace(case when value::text ~ 'e' then value::text else to_char(value, 'FM9.9999999999999999EEEE') end, 'e([+-])0*', 'e\1')
  end
$$;
--> statement-breakpoint
create function cbcr_canonical_json(value jsonb) returns text
language plpgsql immutable as $$
begin
  case jsonb_typeof(value)
    when 'object' then
      return '{' || coalesce((select string_agg(to_json(m.key)::text || ':' || cbcr_canonical_json(m.value), ',' order by m.key collate "C")
        from jsonb_each(value) as m), '') || '}';
    when 'array' then
      return '[' || coalesce((select string_agg(cbcr_canonical_json(e.value), ',' order by e.position)
        from jsonb_array_elements(value) with ordinality as e (value, position)), '') || ']';
    when 'number' then
      return cbcr_canonical_number((value #>> '{}')::double precision);
    when 'string' then
      return to_json(value #>> '{}')::text;
    else
      return value::text;
  end case;
end $$;
--> statement-breakpoint
do $$
declare
  event record;
  chain text := encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex');
  last_hash text := chain;
  this_hash text;
  last_id bigint := 0;
begin
  alter table audit_events disable trigger keep_events;
  for event in select * from audit_events order by id loop
    this_hash := encode(sha256(convert_to(cbcr_canonical_json(jsonb_build_object(
      'id', event.id, 'at', to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'actor', event.actor,
      'action', event.action, 'subject', event.subject, 'facts', event.facts, 'prev', last_hash)), 'UTF8')), 'hex');
    update audit_events a set prev_hash = last_hash, hash = this_hash where a.id = event.id;
    last_hash := this_hash;
    last_id := event.id;
  end loop;
  alter table audit_events enable trigger keep_events;
  insert into audit_head (chain_id, last_id, last_hash) values (chain, last_id, last_hash);
end $$;
--> statement-breakpoint
drop function cbcr_canonical_json;--> statement-breakpoint
drop function cbcr_canonical_number;--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "prev_hash" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "hash" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "audit_by_moment" ON "audit_events" USING brin ("at");--> statement-breakpoint
-- The head's row is locked from here to the commit: whoever else appends waits, and then finds the new end.
create function cbcr_extend_chain() returns trigger
language plpgsql as $$
declare
  head public.audit_head;
  misfit bigint;
begin
  select * into head from public.audit_head for update;
  select link.id into misfit from (
    select a.id, a.prev_hash, lag(a.id, 1, head.last_id) over in_order as id_before, lag(a.hash, 1, head.last_hash) over in_order as hash_before
      from added a window in_order as (order by a.id)
  ) as link where link.id <> link.id_before + 1 or link.prev_hash <> link.hash_before order by link.id limit 1;
  if found then
    raise exception 'event % does not follow the last one', misfit using errcode = 'ZC004', detail = jsonb_build_object('id', misfit)::text;
  end if;
  update public.audit_head h set last_id = newest.id, last_hash = newest.hash
    from (select a.id, a.hash from added a order by a.id desc limit 1) as newest;
  return null;
end $$;
--> statement-breakpoint
create trigger extend_chain after insert on audit_events referencing new table as added
  for each statement execute function cbcr_extend_chain();
--> statement-breakpoint
create trigger keep_head before insert or delete or truncate on audit_head
  for each statement execute function cbcr_refuse_rewriting();
--> statement-breakpoint
create trigger move_head_by_events before update on audit_head
  for each statement when (pg_trigger_depth() = 0) execute function cbcr_refuse_rewriting();
