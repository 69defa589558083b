import type { Region } from '@cbcr/domain';
import type { Check } from './check.ts';

/** The options that say where objects lie. Others (credentials, styles of access) do not make it another place. */
const placeOptions = ['kind', 'endpoint', 'bucket', 'prefix', 'path'] as const;

/** Two regions in one place would count one copy twice. */
export const checkSharedStores: Check = ({ sections: { regions }, problems }) => {
  const owners = new Map<string, Region>();
  for (const region of regions.valid) {
    const place = placeOf(region);
    const owner = owners.get(place);
    if (owner)
      problems.add(['regions', region.id, 'store'], `this is the store of ${owner.id} as well; each region needs a place of its own`);
    else owners.set(place, region);
  }
};

function placeOf({ store }: Region): string {
  const known = placeOptions.some((name) => name !== 'kind' && store[name] !== undefined);
  if (!known) return JSON.stringify(store);
  return JSON.stringify(placeOptions.map((name) => normalise(name, store[name])));
}

function normalise(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value ?? '';
  if (name === 'endpoint' && URL.canParse(value)) return new URL(value).origin;
  return value.replace(/\/+$/, '');
}
