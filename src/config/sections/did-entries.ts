import { z } from 'zod'
import { parseAor } from '../../domain/aor.ts'
import { type DidNumbers, didConflict, readDidNumbers } from '../../domain/did-numbers.ts'
import { fillTemplate, templateProblem } from '../../domain/digit-template.ts'
import { problemOf } from './digit-rules.ts'

const numbersText = z.string().superRefine((text, context) => {
  const problem = problemOf(() => readDidNumbers(text))
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const didEntry = z
  .strictObject({
    numbers: z
      .array(numbersText)
      .min(1)
      .max(1_000)
      .describe(
        'In E.164: single ("+4930123450"), ranges ("+4930123400..+4930123499"), digit patterns ("+49301234(X{1,4})").',
      )
      .meta({ examples: [['+4930123450']] }),
    to: z
      .string()
      .describe(
        'User or group, here or elsewhere: "201@site-a.example", "2{last:2}@site-a.example", "{1}@site-b.example".',
      )
      .meta({ examples: ['201@site-a.example'] }),
  })
  .superRefine(({ numbers, to }, context) => {
    if (!parseAor(fillTemplate(to, '+0', Array<string>(9).fill('0')))) {
      context.addIssue({ code: 'custom', path: ['to'], message: `"${to}" is no user@domain` })
    }
    for (const each of readable(numbers)) {
      const problem = templateProblem(to, each.kind === 'pattern' ? each.pattern : { groups: 0 })
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['to'], message: problem })
    }
  })
  .describe('Direct numbers and whom they ring.')

export type DidEntry = z.output<typeof didEntry>

/** Of two entries that hold the same number the one with fewer numbers wins; equal ones are refused. */
export const didEntries = z
  .array(didEntry)
  .max(1_000)
  .default([])
  .superRefine((entries, context) => {
    const all = entries.flatMap(({ numbers }, entry) => readable(numbers).map((each) => ({ entry, each })))
    const sameCount = Map.groupBy(all, ({ each }) => each.count)
    for (const rivals of sameCount.values()) {
      const conflict = firstConflict(rivals.map(({ each }) => each))
      const entry = conflict && rivals[conflict.at]?.entry
      if (!conflict || entry === undefined) continue
      const message = `${conflict.number} is in "${conflict.one}" and in "${conflict.other}"; neither is more specific`
      context.addIssue({ code: 'custom', path: [entry], message })
    }
  })
  .describe('Direct dial-in numbers; users and groups may have them in their own entries instead.')

function readable(numbers: readonly string[]): DidNumbers[] {
  return numbers.flatMap((text) => (problemOf(() => readDidNumbers(text)) ? [] : [readDidNumbers(text)]))
}

interface Conflict {
  readonly number: string
  readonly one: string
  readonly other: string
  readonly at: number
}

function firstConflict(rivals: readonly DidNumbers[]): Conflict | undefined {
  const singles = new Set<string>()
  const wider: DidNumbers[] = []
  for (const [at, each] of rivals.entries()) {
    if (each.kind === 'one') {
      if (singles.has(each.number)) return { number: each.number, one: each.text, other: each.text, at }
      singles.add(each.number)
      continue
    }
    for (const earlier of wider) {
      const number = didConflict(earlier, each)
      if (number !== undefined) return { number, one: earlier.text, other: each.text, at }
    }
    wider.push(each)
  }
  return undefined
}
