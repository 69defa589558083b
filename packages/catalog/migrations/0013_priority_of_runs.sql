ALTER TABLE "instances" ADD COLUMN "priority" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "priority" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "priority" text;