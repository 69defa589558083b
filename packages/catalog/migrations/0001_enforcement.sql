-- What may change, and in whose name. Written by hand; the tables are in 0000.
--
-- SQLSTATEs (class ZC is in the range that the standard leaves to implementations); every one carries JSON in DETAIL:
--   ZC001  a state change that is not in state_transitions, or that needs a run and has none   {what, from, to}
--   ZC002  a writer that does not hold the run's current epoch, or whose run is not running    {run}
--   ZC003  audit_events is append-only                                                         {}
--
-- Fencing. A run's epoch rises by one when a worker opens it, and in no other way.
--   runs              a running run changes only in a statement that sets writer_epoch to the current epoch; the trigger empties the
--                     column again, so that no later statement inherits the right.
--   recovery_points,  a statement made for a run sets writer_run and writer_epoch; the run must be running at that epoch. The run's
--   copies            row is locked for share, so that a take-over waits for the writer's commit or the writer sees the take-over.
--                     The control plane sets writer_run to null and may make only the changes marked control_plane below. It never
--                     changes stored bytes, never says "verified", and leaves a copy alone that a live run is writing.

insert into state_transitions (machine, from_state, to_state, control_plane) values
  ('run', 'queued', 'running', false),
  ('run', 'queued', 'cancelled', true),
  ('run', 'queued', 'failed', true),
  ('run', 'running', 'succeeded', false),
  ('run', 'running', 'failed', false),
  ('run', 'running', 'cancelled', false),
  ('run', 'running', 'waiting', false),
  ('run', 'running', 'queued', false),
  ('run', 'running', 'running', false),
  ('run', 'waiting', 'running', false),
  ('run', 'waiting', 'queued', true),
  ('run', 'waiting', 'cancelled', true),
  ('run', 'waiting', 'failed', true),

  ('point', 'capturing', 'complete', false),
  ('point', 'capturing', 'failed', true),
  ('point', 'complete', 'expiring', false),
  ('point', 'failed', 'deleted', false),
  ('point', 'expiring', 'complete', false),
  ('point', 'expiring', 'deleted', false),

  ('copy', 'planned', 'copying', false),
  ('copy', 'planned', 'failed', true),
  ('copy', 'planned', 'blocked', true),
  ('copy', 'copying', 'copying', false),
  ('copy', 'copying', 'stored', false),
  ('copy', 'copying', 'failed', true),
  ('copy', 'copying', 'blocked', false),
  ('copy', 'stored', 'verified', false),
  ('copy', 'stored', 'failed', false),
  ('copy', 'stored', 'expiring', false),
  ('copy', 'verified', 'stored', true),
  ('copy', 'verified', 'failed', false),
  ('copy', 'verified', 'expiring', false),
  ('copy', 'failed', 'planned', true),
  ('copy', 'failed', 'copying', false),
  ('copy', 'failed', 'blocked', true),
  ('copy', 'failed', 'expiring', false),
  ('copy', 'blocked', 'planned', true),
  ('copy', 'blocked', 'copying', false),
  ('copy', 'blocked', 'failed', true),
  ('copy', 'blocked', 'expiring', false),
  ('copy', 'expiring', 'stored', false),
  ('copy', 'expiring', 'deleted', false);
--> statement-breakpoint
create function cbcr_refuse_transition(what text, from_state text, to_state text) returns void
language plpgsql as $$
begin
  raise exception 'the change of % from % to % is refused', what, from_state, to_state
    using errcode = 'ZC001', detail = jsonb_build_object('what', what, 'from', from_state, 'to', to_state)::text;
end $$;
--> statement-breakpoint
create function cbcr_refuse_writer(run text) returns void
language plpgsql as $$
begin
  raise exception 'the writer does not hold the current epoch of run %', run
    using errcode = 'ZC002', detail = jsonb_build_object('run', run)::text;
end $$;
--> statement-breakpoint
create function cbcr_guard_run() returns trigger
language plpgsql as $$
declare
  opened boolean;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'queued' or new.epoch <> 0 then
      perform cbcr_refuse_transition('run ' || new.id, 'nothing', new.state);
    end if;
    new.writer_epoch := null;
    return new;
  end if;

  if new.epoch < old.epoch then
    perform cbcr_refuse_writer(old.id);
  end if;
  opened := new.epoch > old.epoch;
  if opened <> (new.state = 'running' and (old.state <> 'running' or opened)) or new.epoch > old.epoch + 1 then
    perform cbcr_refuse_transition('run ' || old.id, old.state, new.state);
  end if;
  if new.state <> old.state or opened then
    if not exists (
      select from public.state_transitions t where t.machine = 'run' and t.from_state = old.state and t.to_state = new.state
    ) then
      perform cbcr_refuse_transition('run ' || old.id, old.state, new.state);
    end if;
  end if;

  if not opened and new.writer_epoch is distinct from old.epoch and old.state in ('running', 'succeeded', 'failed', 'cancelled')
    and (new.state, new.attempts, new.point_id, new.worker, new.started_at, new.finished_at, new.heartbeat_at,
         new.result, new.error, new.progress)
      is distinct from
        (old.state, old.attempts, old.point_id, old.worker, old.started_at, old.finished_at, old.heartbeat_at,
         old.result, old.error, old.progress)
  then
    perform cbcr_refuse_writer(old.id);
  end if;
  new.writer_epoch := null;
  return new;
end $$;
--> statement-breakpoint
create trigger guard_run before insert or update on runs for each row execute function cbcr_guard_run();
--> statement-breakpoint
create function cbcr_require_writer(run text, writer_epoch integer) returns void
language plpgsql as $$
declare
  current_epoch integer;
  current_state text;
begin
  select r.epoch, r.state into current_epoch, current_state from public.runs r where r.id = run for share;
  if current_epoch is null or current_epoch is distinct from writer_epoch or current_state <> 'running' then
    perform cbcr_refuse_writer(run);
  end if;
end $$;
--> statement-breakpoint
create function cbcr_guard_point() returns trigger
language plpgsql as $$
declare
  allowed boolean;
begin
  if new.writer_run is not null then
    perform cbcr_require_writer(new.writer_run, new.writer_epoch);
  end if;
  if tg_op = 'INSERT' then
    if new.state <> 'capturing' or new.writer_run is distinct from new.run_id or new.writer_epoch is distinct from new.run_epoch then
      perform cbcr_refuse_transition('recovery point ' || new.id, 'nothing', new.state);
    end if;
    return new;
  end if;

  select t.control_plane or new.writer_run is not null into allowed
    from public.state_transitions t where t.machine = 'point' and t.from_state = old.state and t.to_state = new.state;
  if new.state = old.state then
    allowed := new.writer_run is not null;
  end if;
  if allowed is not true
    or (old.manifest_sha256 is not null and new.manifest_sha256 is distinct from old.manifest_sha256)
    or (new.id, new.instance_id, new.run_id, new.run_epoch) is distinct from (old.id, old.instance_id, old.run_id, old.run_epoch)
  then
    perform cbcr_refuse_transition('recovery point ' || old.id, old.state, new.state);
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger guard_point before insert or update on recovery_points for each row execute function cbcr_guard_point();
--> statement-breakpoint
create function cbcr_guard_copy() returns trigger
language plpgsql as $$
declare
  what text := 'copy of ' || new.point_id || ' in ' || new.region_id;
  allowed boolean;
begin
  if new.writer_run is not null then
    perform cbcr_require_writer(new.writer_run, new.writer_epoch);
  end if;
  new.demanded := coalesce((select p.state = 'complete' from public.recovery_points p where p.id = new.point_id), false);
  if tg_op = 'INSERT' then
    if new.state <> 'planned' or new.stored_bytes <> 0 or new.verified_at is not null then
      perform cbcr_refuse_transition(what, 'nothing', new.state);
    end if;
    return new;
  end if;

  select t.control_plane or new.writer_run is not null into allowed
    from public.state_transitions t where t.machine = 'copy' and t.from_state = old.state and t.to_state = new.state;
  if new.state = old.state then
    allowed := true;
  end if;
  if allowed is not true or (new.point_id, new.region_id) is distinct from (old.point_id, old.region_id) then
    perform cbcr_refuse_transition(what, old.state, new.state);
  end if;
  if new.writer_run is null then
    if (new.stored_bytes, new.verified_at) is distinct from (old.stored_bytes, old.verified_at) then
      perform cbcr_refuse_transition(what, old.state, new.state);
    end if;
    -- The run's row is locked, so that the answer still holds when the change commits.
    if old.state = 'copying' then
      perform from public.runs r
        where r.id = old.writer_run and r.epoch = old.writer_epoch and r.state = 'running' for share;
      if found then
        perform cbcr_refuse_transition(what, old.state, new.state);
      end if;
    end if;
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger guard_copy before insert or update on copies for each row execute function cbcr_guard_copy();
--> statement-breakpoint
create function cbcr_refuse_rewriting() returns trigger
language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'ZC003', detail = '{}';
end $$;
--> statement-breakpoint
create trigger keep_events before update or delete or truncate on audit_events
  for each statement execute function cbcr_refuse_rewriting();
