import { mayUse, type Permission, type PermissionInput } from '../residency/may-use.ts';

/** May this instance's data be restored in this region, for good or for a drill? Either writes data as a backup does, so the same rules decide. */
export function checkRestoreTarget({
  rulebook,
  instance,
  policy,
  region,
  purpose,
  now,
}: Pick<PermissionInput, 'rulebook' | 'instance' | 'policy' | 'region' | 'now'> & { purpose: 'restore' | 'drill' }): Permission {
  const { reason, ...permission } = mayUse({ rulebook, instance, policy, region, now, purpose });
  const verdict = permission.allowed ? 'may be restored there' : 'may not be restored there';
  return { ...permission, reason: { rule: reason.rule, text: `${reason.text}; ${instance.id} ${verdict}` } };
}
