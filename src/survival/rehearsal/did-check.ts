import { type Aor, type AorText, printAor } from '../../domain/aor.ts'
import type { E164 } from '../../domain/phone-number.ts'
import type { CheckResult } from './pass-sheet.ts'
import type { Reach } from './reach.ts'

/** A direct number and whom it rings. */
export interface DirectNumber {
  readonly number: E164
  readonly to: Aor
}

export interface DidWorld {
  /** Direct numbers of the whole PBX. */
  readonly numbers: readonly DirectNumber[]
  /** Those of others are left alone. */
  readonly isOwnOnly: boolean
  /** Users and groups that rehearse. */
  readonly rehearsed: ReadonlySet<AorText>
  /** The user or group that a name stands for; undefined when nobody has it. */
  resolve(name: Aor): Aor | undefined
  /** `trunk:NAME`, by which such calls come in; undefined without a trunk. */
  readonly trunk: string | undefined
  readonly reach: Pick<Reach, 'reach'>
}

const mostOfOne = 10

/** Every direct number leads to somebody; those of the users who take part, to a phone that answers. */
export async function checkDirectNumbers(
  world: DidWorld,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { numbers, isOwnOnly, rehearsed, resolve } = world
  const lost = numbers.filter(({ to }) => resolve(to) === undefined)
  const known = numbers.flatMap(({ number, to }) => {
    const owner = resolve(to)
    return owner ? [{ number, to: owner }] : []
  })
  const own = known.filter(({ to }) => rehearsed.has(printAor(to)))
  const others = known.length - own.length
  const results = await checkOwn(own, world, signal)
  if (isOwnOnly) return results
  return [...lost.map(leadsNowhere), ...results, ...(others > 0 ? [knownOnly(others)] : [])]
}

/** Of a block that is one user's, some numbers stand for the others; those that work share a line. */
async function checkOwn(
  own: readonly DirectNumber[],
  world: DidWorld,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const byOwner = [...Map.groupBy(own, ({ to }) => printAor(to)).values()]
  const results = byOwner.map(async (numbers) => {
    const some = numbers.slice(0, mostOfOne)
    const found = await Promise.all(some.map((each) => checkNumber(each, world, signal)))
    const [first, ...more] = found.filter(({ outcome }) => outcome !== 'fail')
    const failed = found.filter(({ outcome }) => outcome === 'fail')
    if (!first || more.length === 0) return found
    return [...failed, { ...first, text: `${first.text}, and so by ${more.length} more numbers` }]
  })
  return (await Promise.all(results)).flat()
}

function leadsNowhere({ number, to }: DirectNumber): CheckResult {
  return {
    ...{ check: 'direct number', subject: number, outcome: 'fail', tookMs: 0 },
    text: `leads to ${to.user}@${to.domain}, and nobody here has that name`,
    advice: 'Correct the number in the config, or import the users of the PBX anew.',
  }
}

async function checkNumber(
  { number, to }: DirectNumber,
  { trunk, reach }: DidWorld,
  signal: AbortSignal,
): Promise<CheckResult> {
  if (trunk === undefined) {
    const text = `leads to ${to.user}, but the box has no trunk by which a call could come in`
    return { check: 'direct number', subject: number, outcome: 'not-applicable', tookMs: 0, text }
  }
  const { isReached, tookMs, text } = await reach.reach(trunk, number, signal)
  return {
    ...{ check: 'direct number', subject: number, outcome: isReached ? 'pass' : 'fail', tookMs },
    text: `${to.user}: ${text}`,
    ...(!isReached && { advice: 'A call from outside would not be answered: see to the phone.' }),
  }
}

function knownOnly(count: number): CheckResult {
  const text = `${count} more lead to somebody whom the box knows, and who did not rehearse`
  return { check: 'direct number', subject: 'others', outcome: 'pass', tookMs: 0, text }
}
