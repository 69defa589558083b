import type { ComplianceView, FrameworkView } from '@cbcr/client';
import type { Rulebook } from '@cbcr/domain';
import { chooseControls, complianceControls, type Finding, frameworkTemplates, severities } from '@cbcr/policy';

export interface ComplianceFacts {
  checkedAt: Date;
  instances: ComplianceView['instances'];
  findings: readonly Finding[];
}

/** The gravest `limit` findings, each with all of its points or the newest ten. */
export function describeCompliance({ checkedAt, instances, findings }: ComplianceFacts, limit: number, allPoints: boolean): ComplianceView {
  const gravestFirst = findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  return {
    checkedAt: checkedAt.toISOString(),
    instances,
    counts: { critical: count('critical'), major: count('major'), minor: count('minor'), unproven: count('unproven') },
    findings: gravestFirst.slice(0, limit).map(({ points, since, ...finding }) => ({
      ...finding,
      points: points.length,
      pointIds: allPoints ? [...points] : points.slice(0, 10),
      since: since?.toISOString() ?? null,
    })),
    left: Math.max(0, findings.length - limit),
  };
}

/** The templates, with what the rulebook makes of those that it chose. */
export function describeFrameworks({ compliance }: Pick<Rulebook, 'compliance'>): FrameworkView[] {
  const { chosen } = chooseControls(compliance);
  const about = new Map(frameworkTemplates.map((template) => [template.name, template]));
  const own = chosen.filter(({ name }) => !about.has(name)).map(({ name }) => name);
  return [...about.keys(), ...own].map((name) => {
    const choices = chosen.filter((framework) => framework.name === name);
    const [framework = chooseControls({ frameworks: [{ name }] }).chosen[0]] = choices;
    return {
      name,
      modelledOn: about.get(name)?.modelledOn ?? 'cbcr.yaml',
      about: about.get(name)?.about ?? 'a framework of your own',
      chosenFor: choices.length === 0 ? null : choices.flatMap(({ dataClasses }) => dataClasses ?? []),
      controls: (framework?.controls ?? []).map(({ control, settings: { severity, ...settings } }) => ({
        name: control.name,
        about: complianceControls.find((known) => known.name === control.name)?.about ?? control.about,
        severity: severity ?? control.severity,
        settings: Object.fromEntries(
          Object.entries(settings).map(([setting, value]) => [setting, typeof value === 'object' ? value.text : String(value)]),
        ),
      })),
    };
  });
}
