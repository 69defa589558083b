import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const hasExpired: DeletionCheck = {
  rule: 'has-expired',
  ask({ retention, point, now }) {
    if (point === null) return deny('the catalog does not know the point, so that no rule speaks of it');
    if (point.capturedAt > now) return deny(`the point is from the future (${point.capturedAt.toISOString()})`);
    if (retention === null) return deny('no rule of retention was asked');
    const reasons = retention.reasons.map(({ text }) => text).join('; ');
    return retention.verdict === 'expire' ? allow(`it has expired: ${reasons}`) : deny(`it is kept: ${reasons}`);
  },
};
