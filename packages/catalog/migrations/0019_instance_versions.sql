CREATE TABLE "instance_versions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "instance_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"instance_id" text NOT NULL,
	"engine" text NOT NULL,
	"home_region" text NOT NULL,
	"policy_id" text,
	"data_class" text NOT NULL,
	"labels" jsonb NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "hold_releases" ADD COLUMN "grace_ms" bigint;--> statement-breakpoint
ALTER TABLE "instance_versions" ADD CONSTRAINT "instance_versions_instance_id_instances_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "versions_of_instance" ON "instance_versions" USING btree ("instance_id","ended_at");
--> statement-breakpoint
create trigger keep_instance_versions before update or delete or truncate on instance_versions
  for each statement execute function cbcr_refuse_rewriting();
--> statement-breakpoint
-- Whoever describes an instance otherwise: the rules for what it was cool off, and holds that covered what it captured cover it still.
create function cbcr_remember_instance() returns trigger
language plpgsql as $$
begin
  insert into instance_versions (instance_id, engine, home_region, policy_id, data_class, labels, ended_at)
    values (old.id, old.engine, old.home_region, old.policy_id, old.data_class, old.labels, clock_timestamp());
  return null;
end
$$;
--> statement-breakpoint
create trigger remember_instance after update on instances for each row
  when ((old.engine, old.home_region, old.policy_id, old.data_class, old.labels)
    is distinct from (new.engine, new.home_region, new.policy_id, new.data_class, new.labels))
  execute function cbcr_remember_instance();
