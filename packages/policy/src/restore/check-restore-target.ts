import { mayUse, type Permission, type PermissionInput } from '../residency/may-use.ts';

/** May this instance's data be restored in this region? A restore writes data as a backup does, so the same rules decide. */
export function checkRestoreTarget({
  rulebook,
  instance,
  policy,
  region,
  now,
}: Pick<PermissionInput, 'rulebook' | 'instance' | 'policy' | 'region' | 'now'>): Permission {
  const { reason, ...permission } = mayUse({ rulebook, instance, policy, region, now, purpose: 'restore' });
  const verdict = permission.allowed ? 'may be restored there' : 'may not be restored there';
  return { ...permission, reason: { rule: reason.rule, text: `${reason.text}; ${instance.id} ${verdict}` } };
}
