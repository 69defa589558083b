import type { Check } from './check.ts';

/** A jurisdiction that contains itself, by whatever detour, has no outside. Each circle is told once. */
export const checkGroups: Check = ({ config: { jurisdictions }, problems }) => {
  const told = new Set<string>();
  for (const start of Object.keys(jurisdictions)) {
    const circle = findCircle(start, (name) => jurisdictions[name]?.contains ?? []);
    if (circle === null) continue;
    const members = [...new Set(circle)].sort().join(' ');
    if (told.has(members)) continue;
    told.add(members);
    const [container = start, contained = ''] = circle;
    const index = jurisdictions[container]?.contains.indexOf(contained) ?? 0;
    problems.add(
      ['jurisdictions', container, 'contains', index],
      `${container} contains itself: ${circle.join(' contains ')}`,
      'Take one of them out of the list of another.',
    );
  }
};

/** The way from a name back to itself, if there is one. */
function findCircle(start: string, containedIn: (name: string) => readonly string[]): string[] | null {
  const seen = new Set<string>();
  const waiting: string[][] = [[start]];
  for (let way = waiting.pop(); way !== undefined; way = waiting.pop()) {
    for (const next of containedIn(way.at(-1) ?? '')) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push([...way, next]);
    }
  }
  return null;
}
