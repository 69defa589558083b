ALTER TABLE "regions" ADD COLUMN "coordinates" jsonb;--> statement-breakpoint
ALTER TABLE "regions" ADD COLUMN "status" text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE "regions" ADD COLUMN "partners" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "regions" ADD COLUMN "prices" jsonb;