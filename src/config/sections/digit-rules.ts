import { z } from 'zod'
import { DigitPattern } from '../../domain/digit-pattern.ts'
import { DigitPatternInvalid } from '../../domain/digit-sequence.ts'
import { templateProblem } from '../../domain/digit-template.ts'

/** A digit pattern as text; the compiled one is made where it is used. */
export const digitPatternText = z.string().superRefine((text, context) => {
  const problem = patternProblem(text)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

/** What is wrong with a pattern; undefined when nothing is. */
export function patternProblem(text: string): string | undefined {
  return problemOf(() => new DigitPattern(text))
}

/** What is wrong with the placeholders of a template; silent about a pattern that is itself wrong. */
export function fillProblem(template: string, pattern: string): string | undefined {
  if (patternProblem(pattern) !== undefined) return undefined
  return templateProblem(template, new DigitPattern(pattern))
}

/** The message of the `DigitPatternInvalid` that reading throws. */
export function problemOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof DigitPatternInvalid) return error.message
    throw error
  }
}
