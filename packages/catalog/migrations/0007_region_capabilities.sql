CREATE TABLE "region_capabilities" (
	"region_id" text PRIMARY KEY NOT NULL,
	"conditional_put" boolean NOT NULL,
	"versioning" boolean NOT NULL,
	"object_lock" boolean NOT NULL,
	"checksums" boolean NOT NULL,
	"server_side_copy" boolean NOT NULL,
	"location" text,
	"probed_at" timestamp (3) with time zone NOT NULL,
	"worker" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "region_capabilities" ADD CONSTRAINT "region_capabilities_region_id_regions_id_fk" FOREIGN KEY ("region_id") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;