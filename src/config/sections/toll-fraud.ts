import { z } from 'zod'

export const tollFraudSection = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the limits below are enforced.'),
  })
  .prefault({})
  .describe('Limits for calls that cost money.')

export type TollFraudSection = z.output<typeof tollFraudSection>
