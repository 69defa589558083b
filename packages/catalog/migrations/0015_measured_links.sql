CREATE TABLE "link_measurements" (
	"from_region" text NOT NULL,
	"to_region" text NOT NULL,
	"latency_ms" double precision,
	"latency_at" timestamp (3) with time zone,
	"bytes_per_second" bigint,
	"throughput_at" timestamp (3) with time zone,
	CONSTRAINT "link_measurements_pkey" PRIMARY KEY("from_region","to_region")
);
--> statement-breakpoint
ALTER TABLE "link_measurements" ADD CONSTRAINT "link_measurements_from_region_regions_id_fk" FOREIGN KEY ("from_region") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_measurements" ADD CONSTRAINT "link_measurements_to_region_regions_id_fk" FOREIGN KEY ("to_region") REFERENCES "public"."regions"("id") ON DELETE no action ON UPDATE no action;