/** What is written down, and what one finds in it. Texts of the documentation: half sentences without a capital and a full stop. */
export interface AuditActionEntry {
  /** When the event is written, and by what. */
  when: string;
  /** What `subject` names. */
  subject: string;
  /** What each fact holds, by its name. */
  facts: Readonly<Record<string, string>>;
}

const point = 'id of the recovery point';
const copy = 'id of the recovery point, a slash, the region';
const instance = 'id of the instance';
const region = 'the region of the copy';
const reason = 'why: the rule and its sentence';

/** Every action that the audit trail knows; nothing else can be written to it. `docs/audit.md` is made from this. */
export const auditActions = {
  'config.applied': {
    when: 'a scheduler has made the catalog say what its cbcr.yaml says',
    subject: 'the word `config`',
    facts: {
      regions: 'ids of the regions',
      policies: 'ids of the policies',
      instances: 'how many instances',
      limits: 'names of the bandwidth limits',
      retired: 'ids of the instances that vanished from the file',
    },
  },
  'policy.applied': {
    when: 'another rulebook came into force',
    subject: '`policy:` and the version',
    facts: {
      version: 'the version',
      hash: 'SHA-256 of the rulebook',
      reason: 'what its author said',
      forced: 'whether it was applied although it leaves an instance without a legal copy',
      rollbackOf: 'the version that was applied again, or null',
    },
  },
  'policy.rolled-back': {
    when: 'an earlier rulebook came into force again',
    subject: '`policy:` and the version',
    facts: {
      version: 'the new version',
      hash: 'SHA-256 of the rulebook',
      reason: 'what its author said',
      forced: 'whether it was applied although it leaves an instance without a legal copy',
      rollbackOf: 'the version that was applied again',
    },
  },
  'instance.added': {
    when: 'an instance is known from now on, by the API or by cbcr.yaml',
    subject: instance,
    facts: { engine: 'its engine', home: 'its home region', policy: 'the policy that it names, or null', dataClass: 'its data class' },
  },
  'instance.revived': {
    when: 'a retired instance is backed up again',
    subject: instance,
    facts: { engine: 'its engine', home: 'its home region', policy: 'the policy that it names, or null', dataClass: 'its data class' },
  },
  'instance.changed': {
    when: 'cbcr.yaml describes an instance otherwise than before',
    subject: instance,
    facts: { before: 'what changed, as it was', after: 'what changed, as it is now' },
  },
  'instance.retired': { when: 'nothing new is captured from an instance', subject: instance, facts: {} },
  'limit.configured': {
    when: 'cbcr.yaml says another bandwidth limit',
    subject: 'name of the limit',
    facts: { limit: 'the limit, or null for none' },
  },
  'limit.set': { when: 'somebody set a bandwidth limit at run time', subject: 'name of the limit', facts: { limit: 'the limit' } },
  'limit.reset': { when: 'a bandwidth limit is again what cbcr.yaml says', subject: 'name of the limit', facts: {} },
  'token.issued': {
    when: 'a token of the API that ends by itself was issued',
    subject: 'name that the token was issued to',
    facts: { expires: 'when it ends' },
  },
  'request.refused': {
    when: 'a request of another service, by queue, was refused',
    subject: 'id of the request',
    facts: {
      kind: 'the kind of job that it asked for',
      region: 'the region whose queue it was in',
      code: 'code of the error',
      message: 'its sentence',
    },
  },
  'run.cancel-requested': { when: 'somebody asked to cancel a run', subject: 'id of the run', facts: {} },
  'placement.decided': {
    when: 'a capture begins, and it is decided where its copies will be',
    subject: point,
    facts: {
      instance: 'the instance',
      policyHash: 'SHA-256 of the policy that decided',
      placed: 'regions with role and rule',
      spares: 'spare regions with their rule',
      excluded: 'regions that were left out, with the rule that did',
      unmet: 'demands that could not be met',
      synchronousMinimum: 'copies that must be verified before the capture counts',
    },
  },
  'point.completed': {
    when: 'a capture is complete',
    subject: point,
    facts: {
      instance: 'the instance',
      plaintextBytes: 'size of what was captured',
      storedBytes: 'size of one copy',
      copies: 'what became of each copy',
    },
  },
  'copy.verified': {
    when: 'the bytes of a copy were read back and are right',
    subject: copy,
    facts: { point, region, instance: 'the instance, where the writer knows it', how: reason },
  },
  'debt.opened': {
    when: 'a copy that is demanded is not there, or not verified',
    subject: copy,
    facts: { point, region, state: 'state of the copy', reason },
  },
  'debt.closed': {
    when: 'a copy that was owed is verified',
    subject: copy,
    facts: { point, region, since: 'since when it was owed', reason },
  },
  'copy.became-illegal': {
    when: 'another rulebook forbids copies where they are (the subject is the instance), or one such copy is found (the subject is the copy)',
    subject: 'id of the instance, or of the recovery point with a slash and the region',
    facts: open({
      version: 'the version of the rulebook',
      instance,
      point,
      region: 'where the copies are',
      points: 'how many',
      bytes: 'their bytes',
      reason,
    }),
  },
  'exception.used': {
    when: 'a residency exception permitted a copy or a restore that its data class forbids',
    subject: 'id of the exception',
    facts: {
      purpose: '`copy` or `restore`',
      instance: 'the instance',
      point: 'the recovery point',
      region: 'the region that it permitted',
      run: 'the run',
      reason,
    },
  },
  'restore.started': {
    when: 'a worker is about to write the target of a restore, at its first start or after an interruption',
    subject: point,
    facts: { run: 'the run', instance: 'the instance', region: 'where it is restored', attempt: 'the epoch of the run' },
  },
  'restore.finished': {
    when: 'the target of a restore is complete',
    subject: point,
    facts: {
      run: 'the run',
      instance: 'the instance',
      region: 'where it was restored',
      plaintextBytes: 'how much',
      segmentsFrom: 'how many segments came from which region',
    },
  },
  'restore.refused': {
    when: 'a restore was refused before it wrote anything, by the API or by a worker',
    subject: point,
    facts: {
      run: 'the run, if there was one',
      instance: 'the instance',
      region: 'where it should have gone',
      code: 'code of the error',
      message: 'its sentence',
    },
  },
  'restore.failed': {
    when: 'a restore ended for good before its target was complete',
    subject: point,
    facts: { run: 'the run', instance: 'the instance', region: 'where it went', code: 'code of the error', message: 'its sentence' },
  },
  'copy.expiring': {
    when: 'a copy was marked for deletion; its grace begins',
    subject: copy,
    facts: open({ point, region, purpose: 'why it goes: retention, residency, garbage or manual', reasons: 'all reasons of the verdict' }),
  },
  'copy.kept': {
    when: 'a copy that was marked for deletion is kept after all',
    subject: copy,
    facts: open({ point, region, reasons: 'all reasons of the verdict' }),
  },
  'copy.deleted': {
    when: 'the bytes of a copy are gone, which a listing proved',
    subject: copy,
    facts: open({
      point,
      region,
      purpose: 'why it went',
      reasons: 'all reasons of the verdict',
      versions: 'object versions that were deleted',
      bytes: 'their bytes',
    }),
  },
  'deletion.denied': {
    when: 'the deletion gate refused a deletion',
    subject: copy,
    facts: open({ point, region, purpose: 'why it should have gone', reasons: 'all reasons of the verdict' }),
  },
  'deletion.confirmed': {
    when: 'somebody confirmed deletions that bulk protection or a doubt about the time had stopped',
    subject: 'what was confirmed: `instance:` and its id, `region:` and its id, or `clock`',
    facts: open({ reason: 'why', until: 'how long it holds; not for the clock' }),
  },
  'garbage.collected': {
    when: 'what a dead attempt had left in a bucket is gone',
    subject: point,
    facts: open({ region, versions: 'object versions that were deleted', bytes: 'their bytes', reasons: 'why it was garbage' }),
  },
  'garbage.left': {
    when: 'what a dead attempt had left in a bucket stays after all, although its deletion had begun',
    subject: point,
    facts: open({
      region,
      versions: 'object versions that were deleted before',
      bytes: 'their bytes',
      reasons: 'what the gate said against it',
    }),
  },
  'hold.placed': {
    when: 'a legal hold was placed',
    subject: 'id of the hold',
    facts: open({ title: 'its title', reason: 'why', matter: 'the matter that it belongs to, or null', selector: 'what it covers' }),
  },
  'hold.release-requested': {
    when: 'the release of a legal hold was asked for',
    subject: 'id of the hold',
    facts: open({ reason: 'why' }),
  },
  'hold.released': {
    when: 'a legal hold was released',
    subject: 'id of the hold',
    facts: open({
      reason: 'why',
      requestedBy: 'who asked for it, where two people were needed',
      approvedBy: 'the second one, where two people were needed',
    }),
  },
  'lock.extended': {
    when: 'the lock of a stored copy was extended',
    subject: copy,
    facts: open({ point, region, until: 'the new date', mode: 'governance or compliance' }),
  },
  'lock.bypass-allowed': {
    when: 'somebody allowed that a worker lifts the governance lock of a copy (break-glass)',
    subject: copy,
    facts: open({ point, region, reason: 'why', mode: 'governance', until: 'the date of the lock' }),
  },
  'lock.bypassed': {
    when: 'a governance lock was bypassed (break-glass)',
    subject: copy,
    facts: open({ point, region, reason: 'why', until: 'the date that was bypassed' }),
  },
} as const satisfies Readonly<Record<string, AuditActionEntry>>;

export type AuditAction = keyof typeof auditActions;

/** The facts that an event of the action may have; for an `open` entry any name. */
export type FactsOfAction<Action extends AuditAction> = { readonly [Name in keyof (typeof auditActions)[Action]['facts']]?: unknown };

/** Facts whose names the compiler does not check: their writers are more than one. */
function open(facts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return facts;
}
