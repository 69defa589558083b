/** A region of the local stack. */
export interface StackRegion {
  id: string;
  jurisdictions: string[];
}

/** Three regions in two jurisdictions: enough for a copy to survive a region, and for a residency rule to exclude one. */
export const sampleRegions: readonly StackRegion[] = [
  { id: 'eu-central', jurisdictions: ['EU'] },
  { id: 'eu-west', jurisdictions: ['EU'] },
  { id: 'uk-south', jurisdictions: ['UK'] },
];

export const samplePolicy = 'standard';
export const sampleSchedule = { cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
