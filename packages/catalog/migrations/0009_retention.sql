ALTER TABLE "instances" ADD COLUMN "retention_due_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "copies" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "instances_retention_due" ON "instances" USING btree ("retention_due_at");--> statement-breakpoint
CREATE INDEX "copies_due" ON "copies" USING btree ("expires_at","point_id","region_id") WHERE "copies"."expires_at" is not null and "copies"."state" in ('stored', 'verified');