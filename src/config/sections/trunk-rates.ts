import { z } from 'zod'

const thousandths = z.number().int().min(0)
const step = z.number().int().min(1).max(3_600)

/** What calls over a trunk cost, in thousandths of the operator's currency unit. */
export const trunkRates = {
  costPerMinute: thousandths
    .default(0)
    .describe('Thousandths of your currency unit; cheaper trunks go first.'),
  setupCost: thousandths.default(0).describe('Added once to each answered call, in thousandths too.'),
  billingStepSeconds: step
    .default(1)
    .describe('Talking time is charged in steps of so many seconds: 1, or 60 for whole minutes.'),
  rates: z
    .array(
      z.strictObject({
        prefix: z
          .string()
          .regex(/^\+\d{0,15}$/)
          .describe('E.164 prefix: "+4915"; of several that fit, the longest counts.')
          .meta({ examples: ['+4915'] }),
        costPerMinute: thousandths.describe('Thousandths a minute.'),
        setupCost: thousandths.optional().describe("Default: the trunk's."),
        billingStepSeconds: step.optional().describe("Default: the trunk's."),
      }),
    )
    .max(10_000)
    .default([])
    .describe('Other prices for some prefixes.'),
}
