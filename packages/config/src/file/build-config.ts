import type { Config } from './config.ts';
import type { Sections } from './read-sections.ts';

/** What the valid entries say together. */
export function buildConfig({
  jurisdictions,
  engines,
  compliance,
  retentionRules,
  retentionSettings,
  limits,
  ...sections
}: Sections): Config {
  return {
    jurisdictions: Object.fromEntries(jurisdictions.valid.map(({ id, contains }) => [id, { contains }])),
    regions: sections.regions.valid,
    links: sections.links.valid,
    engines: Object.fromEntries(engines.valid.map(({ id, prefer }) => [id, { prefer }])),
    policies: sections.policies.valid,
    residency: sections.residency.valid,
    exceptions: sections.exceptions.valid,
    compliance,
    retention: { rules: retentionRules.valid, ...retentionSettings },
    instances: sections.instances.valid,
    limits,
  };
}

/** Whether everything was read that says where copies may be. What is missing might be the very thing that a decision asks for. */
export const isWhole = ({ jurisdictions, regions, policies, residency, exceptions }: Sections): boolean =>
  [jurisdictions, regions, policies, residency, exceptions].every(({ names, valid }) => names.length === valid.length);
