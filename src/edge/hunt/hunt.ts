import type { TargetAttempt } from '../../domain/call-record.ts'
import { CallAborted } from '../../domain/call-rejected.ts'
import type { DecisionStep } from '../../domain/decision-record.ts'
import type { RouteTarget } from '../../domain/route.ts'
import type { SipHeaders } from '../../domain/sip.ts'
import { letGo } from '../legs/let-go.ts'
import type { AnsweredLeg, FailedLeg, LegOrder, OutgoingLeg } from '../legs/outgoing-leg.ts'
import type { MediaSession, Router } from '../neighbours.ts'
import { endsGroup, mayTryNext, mostTelling, wasLedAstray, wasLetThrough } from './hunt-verdict.ts'
import type { Redirections } from './redirections.ts'
import { targetAttempt } from './target-attempt.ts'
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
  /** Where a phone that was tried sends the call instead, as targets. */
  redirected(leg: FailedLeg): ReturnType<Redirections['follow']>
  /** After these failures: whether there is room now, so that the same targets are to be tried once more. */
  makeRoomAfter?(failures: readonly FailedLeg[]): Promise<boolean>
  now(): number
}

/** RFC 3326 §3: the phones that did not get the call have not missed it. */
const takenElsewhere = 'SIP ;cause=200 ;text="Call completed elsewhere"'

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

interface GroupOutcome {
  readonly winner?: AnsweredLeg
  readonly failures: readonly FailedLeg[]
}

/** Tries the targets of a route group by group: together inside a group, one group after the other. */
export class Hunt {
  readonly attempts: TargetAttempt[] = []
  readonly steps: DecisionStep[] = []
  readonly #order: HuntOrder
  #open = new Set<OutgoingLeg>()
  #winner: AnsweredLeg | undefined
  #isAborted = false
  #isOfferTaken = false
  #isLetThrough = false

  constructor(order: HuntOrder) {
    this.#order = order
  }

  /** A PBX has let this caller through to phones. */
  get isLetThrough(): boolean {
    return this.#isLetThrough
  }

  /** Targets that are being tried now. */
  get openTargets(): readonly RouteTarget[] {
    return [...this.#open].map(({ target }) => target)
  }

  /** The caller has given up; `reason`: the Reason header of its CANCEL. */
  abort(reason?: string): void {
    this.#isAborted = true
    this.#cancelOpen(reason)
  }

  /**
   * The PBX is known to be gone: legs to it are not waited for. `isDead`: those that ring neither, since nobody who
   * answers there would be heard.
   */
  abandonPbx(name: string, isDead: boolean): void {
    for (const leg of this.#open) {
      const isThere = leg.target.path === 'pbx' && leg.target.label === name
      if (isThere && (isDead || leg.isSilent)) leg.abandon()
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
      if (this.#winner) return undefined // while places that a phone has named are tried, another phone may answer
      const demand = group.map((target) => this.#order.demandOf(target)).find((each) => each !== undefined)
      if (demand) return { kind: 'demand', demand }
      const outcome = await this.#tryWithRoom(group, failures)
      if (outcome.winner) return { kind: 'answered', leg: outcome.winner }
      failures.push(...outcome.failures)
      if (!outcome.failures.every(mayTryNext)) return undefined
    }
    return undefined
  }

  async #tryWithRoom(group: readonly RouteTarget[], failures: FailedLeg[]): Promise<GroupOutcome> {
    const outcome = await this.#tryGroup(group)
    if (outcome.winner || this.#isAborted) return outcome
    if (!(await this.#order.makeRoomAfter?.(outcome.failures)) || this.#isAborted) return outcome
    failures.push(...outcome.failures)
    return this.#tryGroup(group)
  }

  async #targetsAfresh(): Promise<readonly RouteTarget[]> {
    const { plan, steps } = await this.#order.routeAfresh()
    this.steps.push(...steps)
    return untriedTargets(plan, this.#order.targets)
  }

  #tryGroup(group: readonly RouteTarget[]): Promise<GroupOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<GroupOutcome>()
    const failures: FailedLeg[] = []
    let trying = group.length
    for (const target of group) {
      void this.#tryTarget(target).then((outcome) => {
        trying -= 1
        failures.push(...outcome.failures)
        if (outcome.winner || trying === 0) resolve({ ...outcome, failures })
      }, reject)
    }
    return promise
  }

  /** One target, and those that its phone names instead: while they are tried, the others of the group ring on. */
  async #tryTarget(target: RouteTarget): Promise<GroupOutcome> {
    const leg = this.#order.openLeg(target, (sdp, media) => this.#takeOffer(sdp, media))
    this.#open.add(leg)
    const outcome = await leg.run()
    this.#open.delete(leg)
    if (outcome.kind === 'answered') return this.#answered(outcome)
    if (!this.#winner) this.#note(outcome, outcome.status, outcome.reason)
    this.#isLetThrough ||= wasLetThrough(outcome)
    if (endsGroup(outcome)) this.#cancelOpen()
    const instead = await this.#redirected(outcome)
    const failures: FailedLeg[] = []
    const result = await this.#tryAll(instead, failures)
    if (result?.kind === 'answered') return { winner: result.leg, failures }
    // That it may not be sent on is between the box and the phone; the caller hears of the phone.
    const told = failures.filter(({ isFinal }) => !isFinal)
    return { failures: told.length > 0 ? told : [outcome] }
  }

  #answered(leg: AnsweredLeg): GroupOutcome {
    if (this.#winner || this.#isAborted) {
      letGo(leg, { Reason: takenElsewhere }) // it answered while it was being cancelled
      return { failures: [] }
    }
    this.#winner = leg
    this.#note(leg, 200, 'OK')
    this.#cancelOpen(takenElsewhere)
    return { winner: leg, failures: [] }
  }

  async #redirected(leg: FailedLeg): Promise<readonly RouteTarget[]> {
    if (this.#winner || this.#isAborted || leg.status >= 400) return []
    const { targets, steps } = await this.#order.redirected(leg)
    this.steps.push(...steps)
    return this.#winner ? [] : targets
  }

  async #takeOffer(sdp: string, media: MediaSession): Promise<string> {
    if (this.#isOfferTaken) throw new CallAborted('another phone was quicker')
    this.#isOfferTaken = true
    return await this.#order.answerOffer(sdp, media)
  }

  #cancelOpen(reason?: string): void {
    for (const leg of this.#open) leg.cancel(reason)
  }

  #note(leg: AnsweredLeg | FailedLeg, status: number, reason: string): void {
    const { target, tookMs } = leg
    this.attempts.push(targetAttempt(leg, status, reason))
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

function groupsOf(targets: readonly RouteTarget[]): RouteTarget[][] {
  const groups = new Map<number, RouteTarget[]>()
  for (const target of targets) {
    const group = groups.get(target.group)
    if (group) group.push(target)
    else groups.set(target.group, [target])
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}
