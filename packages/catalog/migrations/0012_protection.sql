CREATE TABLE "hold_effects" (
	"hold" bigint NOT NULL,
	"point_id" text NOT NULL,
	"region_id" text NOT NULL,
	"state" text NOT NULL,
	"detail" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "hold_effects_pkey" PRIMARY KEY("point_id","region_id","hold")
);
--> statement-breakpoint
CREATE TABLE "lock_exceptions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "lock_exceptions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"point_id" text NOT NULL,
	"region_id" text NOT NULL,
	"by" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "protection_due" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"revision" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "hold_effects" ADD CONSTRAINT "hold_effects_hold_holds_number_fk" FOREIGN KEY ("hold") REFERENCES "public"."holds"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hold_effects" ADD CONSTRAINT "hold_effects_copy" FOREIGN KEY ("point_id","region_id") REFERENCES "public"."copies"("point_id","region_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lock_exceptions" ADD CONSTRAINT "lock_exceptions_copy" FOREIGN KEY ("point_id","region_id") REFERENCES "public"."copies"("point_id","region_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "protection_due" ADD CONSTRAINT "protection_due_instance_id_instances_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "lock_exceptions_once" ON "lock_exceptions" USING btree ("point_id","region_id");--> statement-breakpoint
CREATE INDEX "protection_due_at" ON "protection_due" USING btree ("due_at");--> statement-breakpoint
-- Objects that were just stored carry no hold yet, and nobody has seen their locks: what was known of the copy is forgotten, and somebody looks.
create function cbcr_forget_protection() returns trigger
language plpgsql as $$
begin
  new.locked_until := null;
  new.lock_mode := null;
  delete from public.hold_effects e where e.point_id = new.point_id and e.region_id = new.region_id;
  insert into public.protection_due (instance_id, due_at)
    select p.instance_id, now() from public.recovery_points p where p.id = new.point_id
    on conflict (instance_id) do update
      set due_at = least(protection_due.due_at, excluded.due_at), revision = protection_due.revision + 1;
  return new;
end $$;
--> statement-breakpoint
create trigger protect_stored_copy before update of state on copies for each row
  when (old.state = 'copying' and new.state = 'stored') execute function cbcr_forget_protection();
--> statement-breakpoint
create trigger keep_exceptions before update or delete or truncate on lock_exceptions
  for each statement execute function cbcr_refuse_rewriting();
