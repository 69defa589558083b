import type { RegionId } from '@cbcr/domain';
import { isWhole } from '../build-config.ts';
import type { ConfigVocabulary } from '../config.ts';
import type { Check } from './check.ts';
import { place } from './place.ts';

/** The key of a region is part of its residency: where data may lie and its key may not, copies could not be read. */
export const checkKeys: Check = ({ sections, config, vocabulary, problems, notes }) => {
  const { decisions, now } = vocabulary;
  if (!isWhole(sections)) return;
  for (const instance of config.instances) {
    const { policy } = decisions.resolvePolicy(config, instance);
    const { placed } = place(config, instance, policy, vocabulary);
    const keys: string[] = [];
    for (const { region: id } of placed) {
      const named = policy.encryption?.keys?.[id];
      const key = named ?? config.regions.find((region) => region.id === id)?.keyId;
      if (key === undefined) continue;
      keys.push(key);
      const permission = decisions.mayUse({ rulebook: config, instance, policy, region: id, purpose: 'key', now: now() });
      const path = named === undefined ? ['regions', id, 'key'] : ['policies', speakerOf(policy, `keys.${id}`), 'encryption', 'keys', id];
      if (permission.allowed) {
        const ask = (region: RegionId) => decisions.mayUse({ rulebook: config, instance, policy, region, purpose: 'key', now: now() });
        const holders = config.regions.filter((region) => region.keyId === key && !ask(region.id).allowed).map((region) => region.id);
        const message = `protects data of ${instance.id}, and is the key of ${holders.join(', ')} as well, where keys of ${instance.dataClass} may not be`;
        if (holders.length > 0) notes.add(path, message, 'Give one of them a key of its own.');
        continue;
      }
      problems.add(
        path,
        `protects data of ${instance.id}, and may not: ${permission.reason.text}`,
        'Allow the region for keys in the residency policy, forbid it for data as well, or grant an exception for the key.',
      );
    }
    if (policy.encryption?.required === true && placed.length > 0 && keys.length === 0) {
      problems.add(
        ['policies', speakerOf(policy, 'required'), 'encryption', 'required'],
        `${instance.id} must be encrypted, and no region of its placement names a key: ${placed.map(({ region }) => region).join(', ')}`,
        'Give its regions a key:, or name keys in the policy under encryption.keys.',
      );
    }
  }
};

/** The policy that set the field. */
const speakerOf = ({ id, origins = {} }: ReturnType<ConfigVocabulary['decisions']['resolvePolicy']>['policy'], field: string): string =>
  origins[`encryption.${field}`] ?? id;
