CREATE TABLE "last_restores" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"point_id" text NOT NULL,
	"run_id" text NOT NULL,
	"region_id" text NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone NOT NULL,
	"plaintext_bytes" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "last_restores" ADD CONSTRAINT "last_restores_instance_id_instances_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instances"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "last_restores" ADD CONSTRAINT "last_restores_point_id_recovery_points_id_fk" FOREIGN KEY ("point_id") REFERENCES "public"."recovery_points"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "last_restores" ADD CONSTRAINT "last_restores_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "last_restores" ADD CONSTRAINT "last_restores_region_id_regions_id_fk" FOREIGN KEY ("region_id") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;