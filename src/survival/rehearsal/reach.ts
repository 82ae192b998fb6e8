import type { CallQuestion, RoutePlan, RouteTarget } from '../../domain/route.ts'

export interface ProbeAnswer {
  /** 408 when nothing came back. */
  readonly status: number
  readonly tookMs: number
}

/** How requests of a rehearsal reach the places that calls would reach. None of these rejects for a place that is dead. */
export interface Probe {
  /** OPTIONS. */
  ask(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer>
  /** INVITE that is given up when it rings; resolves with 180, or what came instead. */
  ring(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer>
  /** INVITE that is hung up when it was answered; resolves with 200, or what came instead. */
  call(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer>
}

export interface ReachParts {
  /** What a call from one to the other asks; `from` and `to` as in `causeway route`. */
  question(from: string, to: string): CallQuestion
  route(question: CallQuestion): Promise<{ readonly plan: RoutePlan }>
  readonly probe: Pick<Probe, 'ask'>
}

export interface Reached {
  readonly isReached: boolean
  readonly tookMs: number
  readonly text: string
  /** The first target that answered, for a call. */
  readonly target?: RouteTarget
  readonly question: CallQuestion
}

const mostAsked = 10
// Who has no such user, or is too busy, is alive; these come from those in between, or from nobody.
const dead = new Set([408, 502, 503, 504])

/** Where a call would end, and whether somebody is there. Each place is asked once. */
export class Reach {
  readonly #parts: ReachParts
  readonly #answers = new Map<string, Promise<ProbeAnswer>>()

  constructor(parts: ReachParts) {
    this.#parts = parts
  }

  async reach(from: string, to: string, signal: AbortSignal): Promise<Reached> {
    const question = this.#parts.question(from, to)
    const { plan } = await this.#parts.route(question)
    const notReached = (text: string, tookMs = 0): Reached => ({ isReached: false, text, tookMs, question })
    if (plan.kind === 'refuse')
      return notReached(`would be refused: ${plan.status} ${plan.reason}, ${plan.why}`)
    const places = plan.targets
      .filter(({ path }) => path === 'phone' || path === 'overlay')
      .slice(0, mostAsked)
    if (places.length === 0) {
      const [first] = plan.targets
      return notReached(`leads to no phone, but to ${first?.path} ${first?.label}`)
    }
    const answers = await Promise.all(places.map((place) => this.#ask(place, question, signal)))
    const living = answers.filter(isAlive)
    const tookMs = Math.max(...(living.length > 0 ? living : answers).map((answer) => answer.tookMs))
    const target = places[answers.findIndex(isAlive)]
    if (!target) return notReached(`${placeText(places)} did not answer`, tookMs)
    const text = places.length > 1 ? `${living.length} of ${places.length} places answer` : 'answers'
    return { isReached: true, text, tookMs, question, target }
  }

  #ask(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer> {
    const key = `${target.uri} ${target.proxy ?? ''} ${target.label}`
    const known = this.#answers.get(key)
    if (known) return known
    const answer = this.#parts.probe.ask(target, question, signal)
    this.#answers.set(key, answer)
    return answer
  }
}

function isAlive({ status }: ProbeAnswer): boolean {
  return !dead.has(status)
}

function placeText(places: readonly RouteTarget[]): string {
  const [first, second] = places
  return second
    ? `none of ${places.length} phones`
    : first?.path === 'overlay'
      ? `box ${first.label}`
      : 'the phone'
}
