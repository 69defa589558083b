import type { Control } from './control.ts';
import { allowedLocation } from './controls/allowed-location.ts';
import { bucketLocation } from './controls/bucket-location.ts';
import { drillAge } from './controls/drill-age.ts';
import { encryption } from './controls/encryption.ts';
import { holdIntegrity } from './controls/hold-integrity.ts';
import { lock } from './controls/lock.ts';
import { maximumRetention } from './controls/maximum-retention.ts';
import { minimumCopies } from './controls/minimum-copies.ts';
import { minimumDistance } from './controls/minimum-distance.ts';
import { minimumRetention } from './controls/minimum-retention.ts';
import { rpoAge } from './controls/rpo-age.ts';
import { rto } from './controls/rto.ts';
import { verificationAge } from './controls/verification-age.ts';

/** Every compliance control. Adding one is a file in `controls/` and a line here; findings come in this order. */
export const controls: readonly Control[] = [
  allowedLocation,
  bucketLocation,
  minimumCopies,
  minimumDistance,
  encryption,
  lock,
  minimumRetention,
  maximumRetention,
  rpoAge,
  verificationAge,
  drillAge,
  rto,
  holdIntegrity,
];
