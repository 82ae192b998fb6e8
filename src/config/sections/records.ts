import { z } from 'zod'

export const recordsSection = z
  .strictObject({
    keepDays: z.number().int().min(1).default(365).describe('How long call records are kept.'),
    keepDecisions: z.number().int().min(100).default(10_000).describe('How many decision records are kept.'),
  })
  .prefault({})
  .describe('Call records.')

export type RecordsSection = z.output<typeof recordsSection>
