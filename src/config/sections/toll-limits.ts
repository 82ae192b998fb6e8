import { z } from 'zod'
import { callClasses } from '../../domain/call-class.ts'
import { readOpeningSpan } from '../../domain/opening-hours.ts'

/** More is no limit, and each of them is remembered for as long as it counts. */
const mostCounted = 10_000
const count = z.number().int().min(1).max(mostCounted).optional()

/** What a limit may be about. */
const counted = [
  'callsPerMinute',
  'callsPerHour',
  'differentNumbersPerHour',
  'neighbouringNumbersInARow',
  'concurrent',
  'longestCallSeconds',
  'minutesPerDay',
  'spendPerDay',
] as const

export const tollLimit = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .describe('Name in pages, alarms and records.')
      .meta({ examples: ['night'] }),
    who: z
      .enum(['user', 'pbx', 'peer', 'everybody'])
      .describe(
        'Whose calls are counted: of each user, each PBX, each other box for itself, or of the whole box together.',
      ),
    only: z
      .array(z.string().toLowerCase())
      .default([])
      .describe('Only these users ("201@site-a.example"), PBXs or boxes. Default: all of that kind.'),
    classes: z
      .array(z.enum(callClasses))
      .default([])
      .describe('Only calls to numbers of these kinds. Default: to all.'),
    prefixes: z
      .array(z.string().regex(/^\+\d{1,15}$/))
      .default([])
      .describe('Only calls to numbers that begin so, "+882". Default: to all.'),
    during: z
      .array(
        z.string().refine((text) => readOpeningSpan(text) !== undefined, {
          message: 'no times: write "daily 22:00-06:00" or "sat-sun 00:00-24:00"',
        }),
      )
      .default([])
      .describe('Only at these times, "daily 22:00-06:00", "sat-sun 00:00-24:00". Default: always.'),
    forbidden: z.boolean().default(false).describe('No such call at all.'),
    callsPerMinute: count.describe('Calls tried within a minute.').meta({ examples: [10] }),
    callsPerHour: count.describe('Calls tried within an hour.'),
    differentNumbersPerHour: count.describe('Different numbers tried within an hour.'),
    neighbouringNumbersInARow: count.describe(
      'Calls in a row, each to a number next to the one before, as programs dial that try a range.',
    ),
    concurrent: count.describe('Calls at the same time, ringing ones included.'),
    longestCallSeconds: z.number().int().min(10).optional().describe('The box hangs up after so long.'),
    minutesPerDay: z.number().int().min(1).optional().describe('Minutes talked a day, all calls together.'),
    spendPerDay: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe("Cost of a day, in thousandths of your currency unit, by the trunks' rates."),
    onCrossing: z
      .enum(['refuse', 'block-such', 'block'])
      .default('refuse')
      .describe(
        'What happens to the one who wants more: "refuse" this call; "block-such": no calls of these kinds until ' +
          'released; "block": no calls outside at all until released. Either way an alarm is sent.',
      ),
  })
  .refine(({ who, onCrossing }) => who !== 'everybody' || onCrossing === 'refuse', {
    message: 'a limit for everybody can only refuse: else one caller could block all',
    path: ['onCrossing'],
  })
  .refine((limit) => limit.forbidden || counted.some((key) => limit[key] !== undefined), {
    message: `it limits nothing: give it "forbidden: true" or one of ${counted.join(', ')}`,
  })
  .describe('One limit for calls outside.')

export type TollLimit = z.output<typeof tollLimit>
/** As an operator writes it. */
export type WrittenTollLimit = z.input<typeof tollLimit>
