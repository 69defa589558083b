import {
  type ComplianceChoice,
  type EnginePreference,
  type Instance,
  instanceIdSchema,
  type JurisdictionGroups,
  type Link,
  policyIdSchema,
  type Region,
  type ResidencyException,
  type ResidencyPolicy,
  type RetentionRule,
  type RetentionSection,
  type RulebookPolicy,
  regionIdSchema,
} from '@cbcr/domain';
import { z } from 'zod';
import { suggest } from '../did-you-mean.ts';
import type { ConfigVocabulary } from './config.ts';
import {
  complianceSectionSchema,
  enginePreferenceEntrySchema,
  exceptionEntrySchema,
  fileVersion,
  instanceEntrySchema,
  jurisdictionEntrySchema,
  jurisdictionNameSchema,
  linkEntrySchema,
  policyEntrySchema,
  regionEntrySchema,
  residencyEntrySchema,
  retentionRuleEntrySchema,
  retentionSettingsEntrySchema,
  sectionNames,
} from './file-schema.ts';
import type { ProblemList } from './problem-list.ts';
import { type Entries, isEntries, readEntry, readName, readSection, type Section } from './read-entries.ts';
import { readLimits } from './read-limits.ts';
import { readStore } from './read-store.ts';

export interface Sections {
  jurisdictions: Section<{ id: string; contains: JurisdictionGroups[string]['contains'] }>;
  regions: Section<Region>;
  links: Section<Link>;
  engines: Section<EnginePreference & { id: string }>;
  policies: Section<RulebookPolicy>;
  residency: Section<ResidencyPolicy>;
  exceptions: Section<ResidencyException>;
  compliance: ComplianceChoice;
  retentionRules: Section<RetentionRule>;
  retentionSettings: Omit<RetentionSection, 'rules'>;
  instances: Section<Instance>;
  limits: Readonly<Record<string, unknown>>;
}

/** For sections whose names go nowhere but into messages and the audit trail. */
const wordSchema = z
  .string()
  .max(63, 'at most 63 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, underscores and hyphens');

/** Reads every entry by itself, so that one mistake hides no other. */
export function readSections(value: unknown, vocabulary: ConfigVocabulary, problems: ProblemList): Sections {
  const file = isEntries(value) ? value : {};
  checkForm(value, file, problems);
  const named = <Id extends z.ZodType, Body extends z.ZodType>(section: string, name: Id, body: Body) =>
    readSection(file, section, problems, (key, entry, path) => {
      const id = readName(name, key, path, problems);
      const read = readEntry(body, entry, path, problems);
      return id === undefined || read === undefined ? undefined : { id, ...read };
    });

  const regions = readSection(file, 'regions', problems, (name, body, path) => {
    const id = readName(regionIdSchema, name, path, problems);
    const entry = readEntry(regionEntrySchema, body, path, problems);
    const storeIsValid = readStore(isEntries(body) ? body['store'] : undefined, [...path, 'store'], vocabulary, problems);
    return id && entry && storeIsValid ? { id, ...entry } : undefined;
  });
  if (isEntries(value) && regions.names.length === 0) problems.add(['regions'], 'at least one region is needed');

  const compliance = file['compliance'] ?? {};
  const retention = file['retention'] ?? {};
  if (!isEntries(retention)) problems.add(['retention'], 'a map is needed');
  const { rules, ...settings } = isEntries(retention) ? retention : {};
  return {
    jurisdictions: named('jurisdictions', jurisdictionNameSchema, jurisdictionEntrySchema),
    regions,
    links: readSection(file, 'links', problems, (name, body, path) => {
      const entry = readEntry(linkEntrySchema, body, path, problems);
      const [from, to, ...rest] = name.split('->').map((end) => regionIdSchema.safeParse(end).data);
      if (from && to && rest.length === 0) return entry && { from, to, ...entry };
      problems.addToKey(path, 'not a link', 'Write two regions with an arrow between them: berlin->dublin');
      return undefined;
    }),
    engines: named('engines', z.string(), enginePreferenceEntrySchema),
    policies: named('policies', policyIdSchema, policyEntrySchema),
    residency: named('residency', wordSchema, residencyEntrySchema),
    exceptions: named('exceptions', wordSchema, exceptionEntrySchema),
    compliance: readEntry(complianceSectionSchema, compliance, ['compliance'], problems) ?? { frameworks: [] },
    retentionRules: readSection(
      { rules },
      'rules',
      problems,
      (name, body, path) => {
        const id = readName(wordSchema, name, path, problems);
        const entry = readEntry(retentionRuleEntrySchema, body, path, problems);
        return id === undefined || entry === undefined ? undefined : { id, ...entry };
      },
      ['retention'],
    ),
    retentionSettings: readEntry(retentionSettingsEntrySchema, settings, ['retention'], problems) ?? retentionSettingsEntrySchema.parse({}),
    instances: named('instances', instanceIdSchema, instanceEntrySchema),
    limits: readLimits(file['limits'], regions.names, vocabulary, problems),
  };
}

function checkForm(value: unknown, file: Entries, problems: ProblemList): void {
  if (!isEntries(value)) {
    problems.add([], 'the file must have the sections version, regions, policies, instances');
    return;
  }
  for (const name of Object.keys(file)) {
    if (!sectionNames.some((known) => known === name)) problems.addToKey([name], `unknown section ${name}`, suggest(name, sectionNames));
  }
  if (file['version'] === fileVersion) return;
  const message = file['version'] === undefined ? 'the version is missing' : 'this version of the file is not known';
  problems.add(['version'], message, `Write: version: ${fileVersion}`);
}
