import { z } from 'zod';

/** Settings of one control, as the control itself understands them; `false` leaves the control out. */
const controlSettingsSchema = z.union([z.literal(false), z.record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))]);

/** Which frameworks instances are held to. `name` is a preset, or the name of a framework of one's own made of `controls`. */
export const complianceChoiceSchema = z.strictObject({
  frameworks: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** Absent: every instance. */
        dataClasses: z.array(z.string().min(1)).min(1).optional(),
        controls: z.record(z.string().min(1), controlSettingsSchema).optional(),
      }),
    )
    .default([]),
});
export type ComplianceChoice = z.infer<typeof complianceChoiceSchema>;
export type ControlSettings = z.infer<typeof controlSettingsSchema>;
