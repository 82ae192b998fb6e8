import { type AorText, parseAor } from '../../domain/aor.ts'
import type { CheckResult } from './pass-sheet.ts'
import type { Probe, Reach } from './reach.ts'

export interface DiallingWorld {
  readonly users: readonly AorText[]
  readonly reach: Pick<Reach, 'reach'>
  readonly probe: Pick<Probe, 'ring'>
  /** What a colleague dials for this user: a short number where there is one. */
  shortNumberOf(user: AorText): string
  /** Phones are really rung for a moment. */
  readonly ring: boolean
}

/**
 * Each user is called once and calls once: more would prove nothing more, since a route depends on the rights of the one
 * and the phones of the other.
 */
export async function checkDialling(
  world: DiallingWorld,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { users } = world
  const pairs = users.map((called, index) => [users.at(index - 1) ?? called, called] as const)
  return (await Promise.all(pairs.map(([caller, called]) => checkPair(caller, called, world, signal)))).flat()
}

async function checkPair(
  caller: AorText,
  called: AorText,
  { reach, probe, ring, shortNumberOf }: DiallingWorld,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const number = shortNumberOf(called)
  const subject = `${userOf(caller)} → ${number}`
  const reached = await reach.reach(caller, number, signal)
  const { isReached, tookMs, text, target, question } = reached
  const dialled: CheckResult = {
    ...{ check: 'dialling', subject, outcome: isReached ? 'pass' : 'fail', tookMs, text },
    ...(!isReached && {
      advice: 'Is the phone on, and can the box send to the address that it registered from?',
    }),
  }
  if (!ring || !target) return [dialled]
  const { status, tookMs: rangMs } = await probe.ring(target, question, signal)
  const hasRung = status === 180 || status === 183 || (status >= 200 && status < 300)
  return [
    dialled,
    {
      ...{ check: 'ringing', subject, outcome: hasRung ? 'pass' : 'fail', tookMs: rangMs },
      text: hasRung ? 'rang' : `did not ring, but answered ${status}`,
      ...(!hasRung && { advice: 'Is it set to "do not disturb", or does it take calls only from its PBX?' }),
    },
  ]
}

function userOf(user: AorText): string {
  return parseAor(user)?.user ?? user
}
