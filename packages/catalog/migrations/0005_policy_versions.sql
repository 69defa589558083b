CREATE TABLE "policy_versions" (
	"version" integer PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"hash" text NOT NULL,
	"author" text NOT NULL,
	"reason" text,
	"forced" boolean NOT NULL,
	"rollback_of" integer,
	"applied_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "instances_unscheduled";--> statement-breakpoint
ALTER TABLE "instances" ALTER COLUMN "policy_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "schedule" jsonb;--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "schedule_version" integer;--> statement-breakpoint
CREATE INDEX "instances_schedule_version" ON "instances" USING btree ("schedule_version") WHERE "instances"."retired_at" is null;