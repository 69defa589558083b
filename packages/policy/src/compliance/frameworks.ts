import { brokerDealerRecords } from './frameworks/broker-dealer-records.ts';
import { cardData } from './frameworks/card-data.ts';
import type { FrameworkTemplate } from './frameworks/framework.ts';
import { healthRecords } from './frameworks/health-records.ts';
import { personalData } from './frameworks/personal-data.ts';

/** Every framework that comes with CBCR. Adding one is a file in `frameworks/` and a line here. */
export const frameworkTemplates: readonly FrameworkTemplate[] = [personalData, healthRecords, brokerDealerRecords, cardData];
