ALTER TABLE "deletions" ADD COLUMN "marked_in" text;--> statement-breakpoint
ALTER TABLE "deletions" ADD COLUMN "run_epoch" integer;--> statement-breakpoint
ALTER TABLE "deletions" ADD COLUMN "contested" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "deletions_contested" ON "deletions" USING btree ("point_id","region_id") WHERE "deletions"."contested";--> statement-breakpoint
-- A deletion that is given up before a byte went: what was whole is whole again, and what was not has to be made.
insert into state_transitions (machine, from_state, to_state, control_plane) values ('copy', 'expiring', 'failed', true);
--> statement-breakpoint
-- As long as the deletion of a copy is planned, nothing but its end or its being given up changes the copy. A deletion that has begun cannot be given up, so that the copy is
-- never whole again; that of garbage beside a copy can, and says nothing about the copy afterwards.
create or replace function cbcr_guard_deletion() returns trigger
language plpgsql as $$
declare
  what text := 'copy of ' || new.point_id || ' in ' || new.region_id;
begin
  if old.state = 'expiring' and new.state in ('stored', 'failed') and exists (
    select from public.deletions d
      where d.point_id = new.point_id and d.region_id = new.region_id and d.confirmed_absent_at is null and d.undone_at is null
  ) then
    perform cbcr_refuse_transition(what, old.state, new.state);
  end if;
  if new.state = 'deleted' and old.state <> 'deleted' and not exists (
    select from public.deletions d
      where d.point_id = new.point_id and d.region_id = new.region_id and d.run_id = new.writer_run and d.confirmed_absent_at is not null
        and d.purpose <> 'garbage'
  ) then
    perform cbcr_refuse_transition(what, old.state, new.state);
  end if;
  return new;
end $$;
