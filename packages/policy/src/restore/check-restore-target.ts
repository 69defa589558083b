import { mayUse, type Permission, type PermissionInput } from '../residency/may-use.ts';

/** May this instance's data be restored in this region? A restore writes data as a backup does, so the same rules decide. */
export function checkRestoreTarget({
  rulebook,
  instance,
  policy,
  region,
  now,
}: Pick<PermissionInput, 'rulebook' | 'instance' | 'policy' | 'region' | 'now'>): Permission {
  const { allowed, reason } = mayUse({ rulebook, instance, policy, region, now, purpose: 'restore' });
  const verdict = allowed ? 'may be restored there' : 'may not be restored there';
  return { allowed, reason: { rule: reason.rule, text: `${reason.text}; ${instance.id} ${verdict}` } };
}
