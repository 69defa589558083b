-- Clocks may be wrong: whatever was captured before an edit was captured of the instance as it was, whatever moments the two are given.
create or replace function cbcr_remember_instance() returns trigger
language plpgsql as $$
begin
  insert into instance_versions (instance_id, engine, home_region, policy_id, data_class, labels, ended_at)
    values (old.id, old.engine, old.home_region, old.policy_id, old.data_class, old.labels,
      greatest(clock_timestamp(), (select max(p.captured_at) from recovery_points p where p.instance_id = old.id)));
  return null;
end
$$;
