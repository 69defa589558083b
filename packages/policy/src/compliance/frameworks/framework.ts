/**
 * A named bundle of controls with settings as they may stand in cbcr.yaml. A template: a start for whoever has to meet a rule, never the
 * rule itself, and no legal advice.
 */
export interface FrameworkTemplate {
  readonly name: string;
  readonly modelledOn: string;
  readonly about: string;
  readonly controls: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
}
