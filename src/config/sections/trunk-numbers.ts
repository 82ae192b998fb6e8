import { z } from 'zod'
import { digitPatternText, fillProblem } from './digit-rules.ts'

export const numberFormats = ['+e164', 'e164', 'national', 'international', 'local'] as const
/** How a trunk writes numbers: `+4930…`, `4930…`, `030…`, `004930…`, and `…` inside its area. */
export type NumberFormat = (typeof numberFormats)[number]

const numberFormat = z.enum(numberFormats)

export const numberHeaders = ['requestUri', 'to', 'from', 'identity', 'diversion'] as const
/** The places of a request that carry numbers; `identity` is P-Asserted-Identity and its like. */
export type NumberHeader = (typeof numberHeaders)[number]

const rewrite = z
  .strictObject({
    match: digitPatternText
      .describe('Digit pattern that the whole number fits: "00(.)".')
      .meta({ examples: ['00(.)'] }),
    replace: z
      .string()
      .regex(/^(?:[\w+*#.-]|\{[\w:]+\})*$/)
      .describe('What is written instead: "1234{1}". {1} is the first parenthesis, {all} all digits.')
      .meta({ examples: ['1234{1}'] }),
    headers: z
      .array(z.enum(numberHeaders))
      .min(1)
      .default([...numberHeaders])
      .describe('Where.'),
  })
  .superRefine(({ match, replace }, context) => {
    const problem = fillProblem(replace, match)
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['replace'], message: problem })
  })

export type TrunkRewrite = z.output<typeof rewrite>

/** The block `numbers:` of a trunk. */
export const trunkNumbers = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe("Where the trunk's exchange is (ISO 3166). Default: the site's country."),
    areaCode: z
      .string()
      .regex(/^\d*$/)
      .optional()
      .describe('Its area code without the national prefix. Default: that of the site, in the same country.'),
    requestUri: numberFormat.optional().describe('How the called number is written. Default: numberFormat.'),
    to: numberFormat.optional().describe('The called number in To. Default: as requestUri.'),
    from: numberFormat.optional().describe('The caller in From. Default: numberFormat.'),
    identity: numberFormat
      .default('+e164')
      .describe('The caller in P-Asserted-Identity, P-Preferred-Identity or Remote-Party-ID.'),
    diversion: numberFormat.optional().describe('Who diverted the call. Default: numberFormat.'),
    incoming: numberFormat
      .optional()
      .describe('How the trunk writes numbers that come without a plus sign. Default: numberFormat.'),
    out: z
      .array(rewrite)
      .max(200)
      .default([])
      .describe(
        'Rewrites of numbers as they leave, after they were formatted; the first that fits is the only one.',
      ),
    in: z
      .array(rewrite)
      .max(200)
      .default([])
      .describe(
        'Rewrites of numbers as they come, before they are read; the first that fits is the only one.',
      ),
  })
  .prefault({})
  .describe(
    'How numbers are written on this trunk. Emergency numbers leave as they are, whatever stands here.',
  )

export type TrunkNumbersSection = z.output<typeof trunkNumbers>
