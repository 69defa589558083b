CREATE TABLE "clock_watch" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"doubt" jsonb
);
--> statement-breakpoint
CREATE TABLE "deletion_confirmations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deletion_confirmations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"scope" text NOT NULL,
	"confirmed_by" text NOT NULL,
	"reason" text NOT NULL,
	"confirmed_at" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deletions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deletions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"instance_id" text NOT NULL,
	"point_id" text NOT NULL,
	"region_id" text NOT NULL,
	"purpose" text NOT NULL,
	"whole_point" boolean NOT NULL,
	"requested_by" text NOT NULL,
	"request_reason" text,
	"reasons" jsonb NOT NULL,
	"planned_at" timestamp (3) with time zone NOT NULL,
	"run_id" text,
	"begun_at" timestamp (3) with time zone,
	"manifest_gone_at" timestamp (3) with time zone,
	"versions_deleted" integer DEFAULT 0 NOT NULL,
	"bytes_deleted" bigint DEFAULT 0 NOT NULL,
	"confirmed_absent_at" timestamp (3) with time zone,
	"undone_at" timestamp (3) with time zone,
	CONSTRAINT "deletions_begun_is_not_undone" CHECK ("deletions"."begun_at" is null or "deletions"."undone_at" is null),
	CONSTRAINT "deletions_absent_was_begun" CHECK ("deletions"."confirmed_absent_at" is null or "deletions"."begun_at" is not null)
);
--> statement-breakpoint
ALTER TABLE "deletions" ADD CONSTRAINT "deletions_region_id_regions_id_fk" FOREIGN KEY ("region_id") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "confirmations_of_scope" ON "deletion_confirmations" USING btree ("scope","until");--> statement-breakpoint
CREATE UNIQUE INDEX "deletions_open" ON "deletions" USING btree ("point_id","region_id") WHERE "deletions"."confirmed_absent_at" is null and "deletions"."undone_at" is null;--> statement-breakpoint
CREATE INDEX "deletions_of_region" ON "deletions" USING btree ("region_id","planned_at") WHERE "deletions"."confirmed_absent_at" is null and "deletions"."undone_at" is null;--> statement-breakpoint
-- Marking a copy as expiring, and thinking better of it, are decisions: the control plane makes them. That bytes are gone is something that a run has
-- seen: "deleted" stays a run's word.
update state_transitions set control_plane = true
  where (machine, from_state, to_state) in (
    ('copy', 'stored', 'expiring'), ('copy', 'verified', 'expiring'), ('copy', 'failed', 'expiring'), ('copy', 'blocked', 'expiring'),
    ('copy', 'expiring', 'stored'), ('point', 'complete', 'expiring'), ('point', 'expiring', 'complete'));
--> statement-breakpoint
-- A copy whose deletion has begun is never whole again, and a copy is deleted only where a listing proved that nothing is left.
create function cbcr_guard_deletion() returns trigger
language plpgsql as $$
declare
  what text := 'copy of ' || new.point_id || ' in ' || new.region_id;
begin
  if old.state = 'expiring' and new.state = 'stored' and exists (
    select from public.deletions d where d.point_id = new.point_id and d.region_id = new.region_id and d.begun_at is not null and d.confirmed_absent_at is null
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
--> statement-breakpoint
create trigger guard_deletion before update on copies for each row
  when (new.state is distinct from old.state) execute function cbcr_guard_deletion();
