import { backup } from './backup.ts';
import { garbage } from './garbage.ts';
import { hold } from './hold.ts';
import { probe } from './probe.ts';
import { replicate } from './replicate.ts';
import { restore } from './restore.ts';
import { retention } from './retention.ts';
import { verify } from './verify.ts';

/** Every job kind. Adding one is a file here and a line below; the compiler then demands its handler. */
export const jobKinds = { backup, garbage, hold, probe, replicate, restore, retention, verify } as const;

export type JobKinds = typeof jobKinds;
export type JobKindName = keyof JobKinds;
