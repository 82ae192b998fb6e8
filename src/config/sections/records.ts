import { z } from 'zod'

export const recordsSection = z
  .strictObject({
    keepDays: z.number().int().min(1).default(365).describe('How long call records are kept.'),
    mostCalls: z
      .number()
      .int()
      .min(1_000)
      .default(500_000)
      .describe('How many call records are kept at most; half a million take about half a gigabyte.'),
    keepDecisions: z.number().int().min(100).default(10_000).describe('How many decision records are kept.'),
  })
  .prefault({})
  .describe('Call records.')

export type RecordsSection = z.output<typeof recordsSection>
