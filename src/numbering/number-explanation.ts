import type { Config } from '../config/schema.ts'
import { type NumberHeader, numberHeaders } from '../config/sections/trunk-numbers.ts'
import { printAor } from '../domain/aor.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { Dialled, E164 } from '../domain/phone-number.ts'
import { configuredDids } from './configured-dids.ts'
import { DialPlan } from './dial-plan.ts'

/** What digits mean at the site, and how each trunk would write them or has written them. */
export interface NumberExplanation {
  readonly dialled: Dialled
  /** Undefined when the digits mean no number outside. */
  readonly number:
    | {
        readonly e164: E164
        readonly display: string
        readonly callClass: CallClass
        /** Whose direct number it is. */
        readonly did: string | undefined
        readonly doubt: string | undefined
      }
    | undefined
  readonly trunks: readonly {
    readonly name: string
    /** As the trunk's headers carry it; undefined when it never leaves by a trunk. */
    readonly written: Readonly<Record<NumberHeader, string>> | undefined
    /** What the same digits mean when they come from that trunk. */
    readonly read: E164 | undefined
  }[]
}

/** Explains digits as somebody dials them, by the config alone. */
export function explainNumber(digits: string, config: Config): NumberExplanation {
  const plan = new DialPlan(config.numbering, configuredDids(config))
  const dialled = plan.readDialled(digits)
  const outside = dialled.kind === 'e164' || dialled.kind === 'emergency' ? dialled.number : undefined
  return {
    dialled,
    number: dialled.kind === 'e164' ? describe(dialled.number, plan) : undefined,
    trunks: config.trunks.map((trunk) => {
      const numbers = plan.onTrunk(trunk)
      const written =
        outside === undefined ? undefined : (header: NumberHeader) => numbers.format(outside, header)
      return {
        name: trunk.name,
        written: written && perHeader(written),
        read: numbers.read(digits, 'requestUri'),
      }
    }),
  }
}

function describe(number: E164, plan: DialPlan): NumberExplanation['number'] {
  const user = plan.didOf(number)
  return {
    e164: number,
    display: plan.display(number),
    callClass: plan.classOf(number),
    did: user && printAor(user),
    doubt: plan.doubtAbout(number),
  }
}

function perHeader(write: (header: NumberHeader) => string): Readonly<Record<NumberHeader, string>> {
  const rows = numberHeaders.map((header) => [header, write(header)])
  return Object.fromEntries(rows) as Record<NumberHeader, string>
}
