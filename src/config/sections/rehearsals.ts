import { z } from 'zod'

export const rehearsalEntry = z
  .strictObject({
    pbx: z
      .string()
      .optional()
      .describe('Name of the PBX. May be left out where there is one.')
      .meta({ examples: ['office'] }),
    group: z.string().optional().describe('Name of one of its phoneGroups: "sales". Default: all its users.'),
    day: z
      .enum(['daily', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])
      .default('sunday')
      .describe('On which day.'),
    at: z
      .string()
      .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time such as "03:10"')
      .describe('When it begins, by the clock on the wall ("numbering.timeZone").')
      .meta({ examples: ['03:10'] }),
    minutes: z.number().int().min(1).max(60).default(5).describe('How long the PBX is gone for the phones.'),
    ring: z
      .boolean()
      .default(false)
      .describe('Rings each phone for a moment, and calls emergency.testAnswer.'),
    mostCalls: z
      .number()
      .int()
      .min(0)
      .default(2)
      .describe('It is left out when more calls than that are under way.'),
  })
  .describe('A rehearsal that comes again every day or week.')

export type RehearsalEntry = z.output<typeof rehearsalEntry>
