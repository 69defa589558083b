CREATE TABLE "bandwidth_limits" (
	"name" text PRIMARY KEY NOT NULL,
	"configured" jsonb,
	"override" jsonb,
	"revision" bigint NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
