import { z } from 'zod'
import { patternProblem } from './digit-rules.ts'

/** How phones stand to the box and their PBX. */
export const phoneWay = z.enum(['front', 'backup', 'mirror'])

const looksLikePattern = /^[0-9XZN+*#.[\](){},|-]+$/

/** A user's name, or a digit pattern for many. */
const groupUser = z
  .string()
  .min(1)
  .regex(/^[^@\s]+$/, 'the user part of a name, without its domain')
  .superRefine((text, context) => {
    const problem = looksLikePattern.test(text) ? patternProblem(text) : undefined
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

/** Whether an entry of `users` is a pattern such as `2XX`; a plain number fits itself either way. */
export function isUserPattern(text: string): boolean {
  return looksLikePattern.test(text)
}

export const phoneGroupEntry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .describe('Name of the group, as "survival rehearse --group" takes it.')
      .meta({ examples: ['sales'] }),
    users: z
      .array(groupUser)
      .min(1)
      .max(1_000)
      .describe('User parts of the names, or digit patterns: "201", "2XX". The first group that fits counts.')
      .meta({ examples: [['2XX']] }),
    way: phoneWay
      .optional()
      .describe('How these phones stand to the box and the PBX. Default: as the PBX says.'),
  })
  .describe('Phones of a PBX that belong together.')

export type PhoneWay = z.output<typeof phoneWay>
export type PhoneGroupEntry = z.output<typeof phoneGroupEntry>
