import { z } from 'zod'
import { digitPatternText, fillProblem } from './digit-rules.ts'

const target = z
  .string()
  .regex(/^(?:[\d+*#]|\{[\w:]+\})+$|^(?:[\w+*#.-]|\{[\w:]+\})+@[\w.-]+$/)
  .describe(
    'Digits to be read in place of those dialled ("+49301234{1}"), or a user ("2{1}@site-b.example").',
  )

const dialRule = z
  .strictObject({
    match: digitPatternText
      .describe('Digit pattern that all of the dialled digits fit: "8(XXX)".')
      .meta({ examples: ['8(XXX)'] }),
    dial: target.optional().meta({ examples: ['+49301234{1}'] }),
    refuse: z.string().min(1).optional().describe('Instead of "dial": such calls are refused, and why.'),
  })
  .superRefine(({ match, dial, refuse }, context) => {
    if ((dial === undefined) === (refuse === undefined)) {
      context.addIssue({ code: 'custom', message: 'a rule has either "dial" or "refuse"' })
    }
    const problem = dial === undefined ? undefined : fillProblem(dial, match)
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['dial'], message: problem })
  })

export type DialRule = z.output<typeof dialRule>

export const dialRules = z
  .array(dialRule)
  .max(500)
  .default([])
  .describe(
    'What dialled digits mean, in order; the first that fits is the only one. After users and short numbers.',
  )

export const shortNumbers = z
  .record(digitPatternText, target)
  .default({})
  .superRefine((entries, context) => {
    for (const [match, dial] of Object.entries(entries)) {
      const problem = fillProblem(dial, match)
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [match], message: problem })
    }
  })
  .describe(
    'Digit patterns to numbers or users: "77": "+49301234567". Before the rules; the most specific wins.',
  )
