import type { PbxLeg } from './pbx-leg.ts'

/** What says that a PBX has connected two legs with each other. The heavier one counts where two contradict. */
export interface Evidence {
  readonly weight: 1 | 2 | 3
  readonly why: string
}

/** From the answer of the called phone until the PBX passes it on. */
const answerWithinMs = 2_000
/** Two numbers that end in so many digits alike are one, however they are written. */
const telling = 7

/** What is known when both legs are answered; undefined when nothing connects them. */
export function pairEvidence(to: PbxLeg, from: PbxLeg): Evidence | undefined {
  if (to.callId === from.callId) return { weight: 3, why: 'the PBX has passed the Call-ID on' }
  if (to.sessionId === from.sessionId) {
    return { weight: 3, why: 'the PBX has passed the Session-ID on (RFC 7989)' }
  }
  if (!isNested(to, from)) return undefined
  const isCaller = hasCommon(to.callers, from.callers)
  const isCalled = hasCommon(to.called, from.called)
  const lagMs = to.answeredAt - from.answeredAt
  const when = `and the call to the PBX was answered ${lagMs} ms after the one from it`
  if (isCaller && isCalled) return { weight: 2, why: `caller and called are the same, ${when}` }
  if (isCaller) return { weight: 1, why: `the caller is the same, ${when}` }
  return isCalled ? { weight: 1, why: `the called one is the same, ${when}` } : undefined
}

/**
 * Whether `from` may belong to another call to the PBX, of which nothing tells to whom it leads (it waits in a queue, for
 * one): caller or called alone prove nothing for `to` then.
 */
export function mayBelongTo(rival: PbxLeg, to: PbxLeg, from: PbxLeg): boolean {
  if (rival.startedAt > from.startedAt) return false
  return hasCommon(rival.callers, from.callers) || !hasCommon(to.callers, from.callers)
}

/** A PBX calls on after it was called, and answers as soon as it is answered. */
function isNested(to: PbxLeg, from: PbxLeg): boolean {
  const lagMs = to.answeredAt - from.answeredAt
  return from.startedAt >= to.startedAt && lagMs >= 0 && lagMs <= answerWithinMs
}

function hasCommon(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => isSameName(one, other)))
}

function isSameName(one: string, other: string): boolean {
  if (one === other) return true
  const [a, b] = [digitsOf(one), digitsOf(other)]
  return a !== undefined && b !== undefined && a.slice(-telling) === b.slice(-telling)
}

function digitsOf(name: string): string | undefined {
  if (!/^\+?[\d().-]+$/.test(name)) return undefined
  const digits = name.replace(/\D/g, '')
  return digits.length < telling ? undefined : digits
}
