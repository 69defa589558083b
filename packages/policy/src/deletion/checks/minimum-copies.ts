import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const minimumCopies: DeletionCheck = {
  rule: 'minimum-copies',
  ask({ purpose, others, minimumCopies: minimum }) {
    if (purpose === 'garbage') return allow('it is no copy');
    const staying = others.filter(({ state, goes }) => !goes && state !== 'expiring' && state !== 'deleted');
    const verified = staying.filter(({ state, legal }) => state === 'verified' && legal).length;
    if (verified >= minimum) return allow(`${verified} verified copies remain; ${minimum} must`);
    if (purpose !== 'residency' && staying.length === 0) return allow('the whole point goes, in every region');
    return deny(`only ${verified} of ${minimum} verified copies would remain, and the point does not go everywhere`);
  },
};
