import { canTransition, copyTransitions } from '@cbcr/domain';
import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

/** What is planned must be able to expire; what is done must have been marked before, where everybody could see it. */
export const statePermits: DeletionCheck = {
  rule: 'state',
  ask({ purpose, stage, copy, point }) {
    if (purpose === 'garbage') return allow('what nobody refers to has no state');
    if (copy === null || point === null) return deny('there is no such copy');
    if (point.state !== 'complete' && point.state !== 'expiring') return deny(`the point is ${point.state}`);
    // What was planned and never made can go, so that its point can.
    const canExpire = copy.state === 'planned' || canTransition(copyTransitions, copy.state, 'expiring');
    if (stage === 'planning' && canExpire) return allow(`the copy is ${copy.state}`);
    if (stage === 'execution' && copy.state === 'expiring') return allow('the copy was marked as expiring');
    return deny(`the copy is ${copy.state}`);
  },
};
