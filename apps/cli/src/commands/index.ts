import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { listAudit } from './audit/list.ts';
import { verifyAudit } from './audit/verify.ts';
import { backup } from './backup.ts';
import { checkCompliance } from './compliance/check.ts';
import { listFrameworks } from './compliance/frameworks.ts';
import { applyConfig } from './config/apply.ts';
import { checkConfig } from './config/check.ts';
import { stopStack } from './dev/down.ts';
import { showLogs } from './dev/logs.ts';
import { startOutage } from './dev/outage.ts';
import { quickstart } from './dev/quickstart.ts';
import { endOutage } from './dev/recover.ts';
import { showStack } from './dev/status.ts';
import { startStack } from './dev/up.ts';
import { createEvidenceKey } from './evidence/create-key.ts';
import { exportEvidence } from './evidence/export.ts';
import { verifyEvidence } from './evidence/verify.ts';
import { collectGarbage } from './garbage/collect.ts';
import { listGarbage } from './garbage/list.ts';
import { checkHolds } from './holds/check.ts';
import { listHolds } from './holds/list.ts';
import { placeHold } from './holds/place.ts';
import { releaseHold } from './holds/release.ts';
import { showHold } from './holds/show.ts';
import { addInstance } from './instances/add.ts';
import { listInstances } from './instances/list.ts';
import { showInstance } from './instances/show.ts';
import { listLimits } from './limits/list.ts';
import { setLimit } from './limits/set.ts';
import { migrate } from './migrate.ts';
import { deletePoint } from './points/delete.ts';
import { listPoints } from './points/list.ts';
import { showPoint } from './points/show.ts';
import { unlockPoint } from './points/unlock.ts';
import { applyPolicy } from './policy/apply.ts';
import { explainPolicy } from './policy/explain.ts';
import { showHistory } from './policy/history.ts';
import { planPolicy } from './policy/plan.ts';
import { rollBackPolicy } from './policy/rollback.ts';
import { simulatePolicy } from './policy/simulate.ts';
import { validatePolicy } from './policy/validate.ts';
import { reference } from './reference.ts';
import { listRegions } from './regions/list.ts';
import { probeRegions } from './regions/probe.ts';
import { showRegion } from './regions/show.ts';
import { replicate } from './replicate.ts';
import { restore } from './restore.ts';
import { confirmDeletions } from './retention/confirm.ts';
import { explainRetention } from './retention/explain.ts';
import { listDeletions } from './retention/pending.ts';
import { previewRetention } from './retention/preview.ts';
import { runRetention } from './retention/run.ts';
import { cancelRun } from './runs/cancel.ts';
import { listRuns } from './runs/list.ts';
import { showRun } from './runs/show.ts';
import { watchRun } from './runs/watch.ts';
import { showStatus } from './status.ts';
import { issueToken } from './tokens/issue.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

/** Adds one command to its parent. */
type DefineCommand = (parent: Command, cli: Cli) => void;

/** Every command: a new one is a file and a line here. */
export const topCommands: readonly DefineCommand[] = [backup, replicate, verify, restore, showStatus, migrate, version, reference];

export const commandGroups: readonly { name: string; about: string; commands: readonly DefineCommand[] }[] = [
  { name: 'instances', about: 'databases that are protected', commands: [listInstances, showInstance, addInstance] },
  { name: 'regions', about: 'places with a store and workers', commands: [listRegions, showRegion, probeRegions] },
  { name: 'points', about: 'recovery points and their copies', commands: [listPoints, showPoint, unlockPoint, deletePoint] },
  {
    name: 'runs',
    about: 'backups, copies between regions, verifications and restores',
    commands: [listRuns, showRun, watchRun, cancelRun],
  },
  { name: 'config', about: 'cbcr.yaml: regions, policies and instances', commands: [checkConfig, applyConfig] },
  {
    name: 'policy',
    about: 'what must hold: placement, residency, versions of the rules',
    commands: [validatePolicy, planPolicy, simulatePolicy, applyPolicy, rollBackPolicy, showHistory, explainPolicy],
  },
  { name: 'compliance', about: 'what named frameworks find in the copies that exist', commands: [checkCompliance, listFrameworks] },
  {
    name: 'retention',
    about: 'how long copies are kept, and why',
    commands: [previewRetention, explainRetention, runRetention, listDeletions, confirmDeletions],
  },
  { name: 'garbage', about: 'what dead attempts left in the stores', commands: [listGarbage, collectGarbage] },
  {
    name: 'holds',
    about: 'legal holds: what must not be deleted, whatever the rules say',
    commands: [placeHold, listHolds, showHold, releaseHold, checkHolds],
  },
  { name: 'audit', about: 'who decided what: a chain of events that cannot be changed unnoticed', commands: [listAudit, verifyAudit] },
  {
    name: 'evidence',
    about: 'signed packs for auditors, verifiable offline',
    commands: [exportEvidence, verifyEvidence, createEvidenceKey],
  },
  { name: 'limits', about: 'bandwidth of links, regions and workers', commands: [listLimits, setLimit] },
  { name: 'tokens', about: 'temporary tokens of the API', commands: [issueToken] },
  {
    name: 'dev',
    about: 'local stacks of real servers, for trying things out',
    commands: [startStack, stopStack, showStack, startOutage, endOutage, showLogs, quickstart],
  },
];
