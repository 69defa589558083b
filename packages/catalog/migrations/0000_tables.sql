CREATE TABLE "audit_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"facts" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "state_transitions" (
	"machine" text NOT NULL,
	"from_state" text NOT NULL,
	"to_state" text NOT NULL,
	"control_plane" boolean NOT NULL,
	CONSTRAINT "state_transitions_pkey" PRIMARY KEY("machine","from_state","to_state")
);
--> statement-breakpoint
CREATE TABLE "instances" (
	"id" text PRIMARY KEY NOT NULL,
	"engine" text NOT NULL,
	"home_region" text NOT NULL,
	"policy_id" text NOT NULL,
	"data_class" text NOT NULL,
	"labels" jsonb NOT NULL,
	"connection" text NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone,
	"next_due_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" text PRIMARY KEY NOT NULL,
	"spec" jsonb NOT NULL,
	"hash" text NOT NULL,
	"listed" boolean DEFAULT true NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "regions" (
	"id" text PRIMARY KEY NOT NULL,
	"jurisdictions" text[] NOT NULL,
	"provider" text,
	"key_id" text,
	"store" jsonb NOT NULL,
	"listed" boolean DEFAULT true NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "copies" (
	"point_id" text NOT NULL,
	"region_id" text NOT NULL,
	"role" text NOT NULL,
	"state" text NOT NULL,
	"reason" jsonb NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"stored_bytes" bigint DEFAULT 0 NOT NULL,
	"verified_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"demanded" boolean DEFAULT false NOT NULL,
	"writer_run" text,
	"writer_epoch" integer,
	CONSTRAINT "copies_pkey" PRIMARY KEY("point_id","region_id"),
	CONSTRAINT "copies_verified_has_moment" CHECK ("copies"."state" <> 'verified' or "copies"."verified_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "recovery_points" (
	"id" text PRIMARY KEY NOT NULL,
	"instance_id" text NOT NULL,
	"run_id" text NOT NULL,
	"run_epoch" integer NOT NULL,
	"state" text NOT NULL,
	"engine" text NOT NULL,
	"captured_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone,
	"plaintext_bytes" bigint DEFAULT 0 NOT NULL,
	"stored_bytes" bigint DEFAULT 0 NOT NULL,
	"policy_hash" text NOT NULL,
	"manifest_sha256" text,
	"placement" jsonb NOT NULL,
	"synchronous_minimum" integer NOT NULL,
	"writer_run" text,
	"writer_epoch" integer,
	CONSTRAINT "points_complete_has_manifest" CHECK ("recovery_points"."state" <> 'complete' or "recovery_points"."manifest_sha256" is not null)
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" text NOT NULL,
	"kind" text NOT NULL,
	"region_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"not_before" timestamp (3) with time zone,
	"claimed_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"region_id" text NOT NULL,
	"instance_id" text NOT NULL,
	"point_id" text,
	"state" text NOT NULL,
	"state_since" timestamp (3) with time zone NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"writer_epoch" integer,
	"attempts" integer DEFAULT 0 NOT NULL,
	"params" jsonb,
	"result" jsonb,
	"error" jsonb,
	"progress" jsonb,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"requested_by" text NOT NULL,
	"idempotency_key" text,
	"dedupe_key" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"not_before" timestamp (3) with time zone,
	"heartbeat_at" timestamp (3) with time zone,
	"worker" text,
	"enqueued_at" timestamp (3) with time zone,
	CONSTRAINT "runs_idempotency_key" UNIQUE("idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"region_id" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"store_ok" boolean NOT NULL,
	"store_reason" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "instances" ADD CONSTRAINT "instances_home_region_regions_id_fk" FOREIGN KEY ("home_region") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instances" ADD CONSTRAINT "instances_policy_id_policies_id_fk" FOREIGN KEY ("policy_id") REFERENCES "public"."policies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "copies" ADD CONSTRAINT "copies_point_id_recovery_points_id_fk" FOREIGN KEY ("point_id") REFERENCES "public"."recovery_points"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "copies" ADD CONSTRAINT "copies_region_id_regions_id_fk" FOREIGN KEY ("region_id") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_points" ADD CONSTRAINT "recovery_points_instance_id_instances_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_points" ADD CONSTRAINT "recovery_points_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_region_id_regions_id_fk" FOREIGN KEY ("region_id") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_instance_id_instances_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_of_subject" ON "audit_events" USING btree ("subject","id");--> statement-breakpoint
CREATE INDEX "instances_due" ON "instances" USING btree ("next_due_at") WHERE "instances"."retired_at" is null and "instances"."next_due_at" is not null;--> statement-breakpoint
CREATE INDEX "instances_unscheduled" ON "instances" USING btree ("policy_id") WHERE "instances"."retired_at" is null and "instances"."next_due_at" is null;--> statement-breakpoint
CREATE INDEX "copies_owed" ON "copies" USING btree (coalesce("next_attempt_at", "since"),"point_id","region_id") WHERE "copies"."demanded" and "copies"."state" in ('planned', 'copying', 'stored', 'failed', 'blocked');--> statement-breakpoint
CREATE INDEX "points_of_instance" ON "recovery_points" USING btree ("instance_id","captured_at","id");--> statement-breakpoint
CREATE INDEX "points_of_run" ON "recovery_points" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "outbox_claim" ON "outbox" USING btree ("claimed_until" nulls first,"id");--> statement-breakpoint
CREATE INDEX "outbox_of_run" ON "outbox" USING btree ("run_id");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_active_dedupe_key" ON "runs" USING btree ("dedupe_key") WHERE "runs"."state" in ('queued', 'running', 'waiting');--> statement-breakpoint
CREATE INDEX "runs_of_instance" ON "runs" USING btree ("instance_id","id");--> statement-breakpoint
CREATE INDEX "runs_active_of_point" ON "runs" USING btree ("point_id") WHERE "runs"."state" in ('queued', 'running', 'waiting');--> statement-breakpoint
CREATE INDEX "runs_active" ON "runs" USING btree ("state","state_since") WHERE "runs"."state" in ('queued', 'running', 'waiting');--> statement-breakpoint
CREATE INDEX "workers_of_region" ON "workers" USING btree ("region_id");