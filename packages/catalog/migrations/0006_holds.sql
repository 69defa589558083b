CREATE TABLE "hold_releases" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "hold_releases_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"hold" bigint NOT NULL,
	"step" text NOT NULL,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"reason" text NOT NULL,
	"approved_by" text,
	CONSTRAINT "hold_releases_two_people" CHECK ("hold_releases"."approved_by" is null or "hold_releases"."approved_by" <> "hold_releases"."by")
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"number" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "holds_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"title" text NOT NULL,
	"reason" text NOT NULL,
	"matter" text,
	"selector" jsonb NOT NULL,
	"placed_by" text NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "copies" ADD COLUMN "locked_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "copies" ADD COLUMN "lock_mode" text;--> statement-breakpoint
ALTER TABLE "hold_releases" ADD CONSTRAINT "hold_releases_hold_holds_number_fk" FOREIGN KEY ("hold") REFERENCES "public"."holds"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "releases_of_hold" ON "hold_releases" USING btree ("hold","id");--> statement-breakpoint
CREATE UNIQUE INDEX "hold_releases_once" ON "hold_releases" USING btree ("hold") WHERE "hold_releases"."step" = 'released';--> statement-breakpoint
create trigger keep_holds before update or delete or truncate on holds
  for each statement execute function cbcr_refuse_rewriting();
--> statement-breakpoint
create trigger keep_releases before update or delete or truncate on hold_releases
  for each statement execute function cbcr_refuse_rewriting();
