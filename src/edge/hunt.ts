import type { TargetAttempt } from '../domain/call-record.ts'
import { CallAborted } from '../domain/call-rejected.ts'
import type { DecisionStep } from '../domain/decision-record.ts'
import type { RouteTarget } from '../domain/route.ts'
import type { SipHeaders } from '../domain/sip.ts'
import { endsGroup, mayTryNext, mostTelling, wasLedAstray } from './hunt-verdict.ts'
import type { MediaSession, Router } from './neighbours.ts'
import type { AnsweredLeg, FailedLeg, LegOrder, OutgoingLeg } from './outgoing-leg.ts'
import { untriedTargets } from './untried-targets.ts'

export interface HuntOrder {
  readonly targets: readonly RouteTarget[]
  readonly startedAt: number
  openLeg(target: RouteTarget, answerOffer: LegOrder['answerOffer']): OutgoingLeg
  /** What the caller lacks before targets that need its digest are tried; undefined when it has proven itself. */
  demandOf(target: RouteTarget): Demand | undefined
  /** Takes the offer of a target when the caller made none; resolves to the caller's answer. */
  answerOffer(sdp: string, media: MediaSession): Promise<string>
  /** The route as it is planned now, when the one that was planned has led astray. */
  routeAfresh(): ReturnType<Router['route']>
  now(): number
}

export interface Demand {
  readonly status: number
  readonly headers: SipHeaders
  readonly why: string
}

export type HuntResult =
  | { readonly kind: 'answered'; readonly leg: AnsweredLeg }
  | { readonly kind: 'failed'; readonly failure: FailedLeg | undefined }
  | { readonly kind: 'demand'; readonly demand: Demand }
  | { readonly kind: 'aborted' }

/** Tries the targets of a route group by group: together inside a group, one group after the other. */
export class Hunt {
  readonly attempts: TargetAttempt[] = []
  readonly steps: DecisionStep[] = []
  readonly #order: HuntOrder
  #open = new Set<OutgoingLeg>()
  #isAborted = false
  #isOfferTaken = false

  constructor(order: HuntOrder) {
    this.#order = order
  }

  /** The caller has given up. */
  abort(): void {
    this.#isAborted = true
    this.#cancelOpen()
  }

  /** The PBX is known to be gone: legs to it from which nothing was heard are not waited for. */
  abandonPbx(name: string): void {
    for (const leg of this.#open) {
      if (leg.target.path === 'pbx' && leg.target.label === name && leg.isSilent) leg.abandon()
    }
  }

  async run(): Promise<HuntResult> {
    const failures: FailedLeg[] = []
    const first = await this.#tryAll(this.#order.targets, failures)
    if (first) return first
    if (!this.#isAborted && wasLedAstray(failures)) {
      const second = await this.#tryAll(await this.#targetsAfresh(), failures)
      if (second) return second
    }
    return this.#isAborted ? { kind: 'aborted' } : { kind: 'failed', failure: mostTelling(failures) }
  }

  /** Undefined when nobody answered; then `failures` has grown. */
  async #tryAll(targets: readonly RouteTarget[], failures: FailedLeg[]): Promise<HuntResult | undefined> {
    for (const group of groupsOf(targets)) {
      if (this.#isAborted) return { kind: 'aborted' }
      const demand = group.map((target) => this.#order.demandOf(target)).find((each) => each !== undefined)
      if (demand) return { kind: 'demand', demand }
      const outcome = await this.#tryGroup(group)
      if (outcome.winner) return { kind: 'answered', leg: outcome.winner }
      failures.push(...outcome.failures)
      if (!outcome.failures.every(mayTryNext)) return undefined
    }
    return undefined
  }

  async #targetsAfresh(): Promise<readonly RouteTarget[]> {
    const { plan, steps } = await this.#order.routeAfresh()
    this.steps.push(...steps)
    return untriedTargets(plan, this.#order.targets)
  }

  #tryGroup(
    group: readonly RouteTarget[],
  ): Promise<{ winner?: AnsweredLeg; failures: readonly FailedLeg[] }> {
    const { promise, resolve } = Promise.withResolvers<{ winner?: AnsweredLeg; failures: FailedLeg[] }>()
    const failures: FailedLeg[] = []
    let winner: AnsweredLeg | undefined
    const legs = group.map((target) =>
      this.#order.openLeg(target, (sdp, media) => this.#takeOffer(sdp, media)),
    )
    for (const leg of legs) this.#open.add(leg)
    for (const leg of legs) {
      void leg.run().then((outcome) => {
        this.#open.delete(leg)
        if (outcome.kind === 'failed') {
          if (!winner) this.#note(outcome, outcome.status, outcome.reason)
          failures.push(outcome)
          if (endsGroup(outcome)) this.#cancelOpen()
        } else if (winner || this.#isAborted) {
          letGo(outcome) // it answered while it was being cancelled
        } else {
          winner = outcome
          this.#note(outcome, 200, 'OK')
          this.#cancelOpen()
          resolve({ winner, failures })
        }
        if (this.#open.size === 0) resolve({ failures })
      })
    }
    return promise
  }

  async #takeOffer(sdp: string, media: MediaSession): Promise<string> {
    if (this.#isOfferTaken) throw new CallAborted('another phone was quicker')
    this.#isOfferTaken = true
    return await this.#order.answerOffer(sdp, media)
  }

  #cancelOpen(): void {
    for (const leg of this.#open) leg.cancel()
  }

  #note({ target, tookMs }: AnsweredLeg | FailedLeg, status: number, reason: string): void {
    this.attempts.push({ path: target.path, target: target.label, status, tookMs })
    this.steps.push({
      atMs: this.#order.now() - this.#order.startedAt - tookMs,
      step: 'target',
      asked: `${target.path} ${target.label} (${target.uri})`,
      answer: `${status} ${reason}`,
      tookMs,
      why: target.why,
    })
  }
}

function letGo(leg: AnsweredLeg): void {
  leg.media.end()
  leg.release()
  // The leg is nobody's: how its BYE fares changes nothing.
  leg.dialog.hangUp({ Reason: 'SIP ;cause=200 ;text="Call completed elsewhere"' }).catch(() => undefined)
}

function groupsOf(targets: readonly RouteTarget[]): RouteTarget[][] {
  const groups = new Map<number, RouteTarget[]>()
  for (const target of targets) {
    const group = groups.get(target.group)
    if (group) group.push(target)
    else groups.set(target.group, [target])
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}
