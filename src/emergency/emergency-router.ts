import type { DecisionStep } from '../domain/decision-record.ts'
import { type E164, isE164 } from '../domain/phone-number.ts'
import type { CallQuestion, EmergencyCall, RoutePlan, RouteTarget } from '../domain/route.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'

export interface RouterBelow {
  route(question: CallQuestion, isAfresh?: boolean): Promise<Routed>
}

export interface Routed {
  readonly plan: RoutePlan
  readonly steps: readonly DecisionStep[]
}

export interface EmergencyRouterParts {
  readonly router: RouterBelow
  readonly calls: { began(question: CallQuestion, emergency: EmergencyCall): void }
  readonly callbacks: { callerAt(number: E164): string | undefined }
  /** `emergency.testAnswer`: a user, a number outside, or nobody in particular. */
  readonly testAnswer: string | undefined
}

type Targets = Extract<RoutePlan, { kind: 'targets' }>

/**
 * Routes as the box does, and besides: calls for help are made known, those to the test number end where nobody is in
 * need, and rescuers who call back reach the phone that called them.
 */
export class EmergencyRouter implements RouterBelow {
  readonly #parts: EmergencyRouterParts

  constructor(parts: EmergencyRouterParts) {
    this.#parts = parts
  }

  async route(question: CallQuestion, isAfresh?: boolean): Promise<Routed> {
    const routed = await this.#parts.router.route(question, isAfresh)
    const { plan } = routed
    if (plan.emergency) {
      this.#parts.calls.began(question, plan.emergency)
      const isTest = plan.kind === 'targets' && plan.emergency.isTest
      return isTest ? this.#test(question, routed, plan, plan.emergency) : routed
    }
    return question.source === 'trunk' ? this.#callback(question, routed) : routed
  }

  /** The same way as in an emergency, but for who is called at its end. */
  async #test(
    question: CallQuestion,
    routed: Routed,
    plan: Targets,
    emergency: EmergencyCall,
  ): Promise<Routed> {
    const { testAnswer, router } = this.#parts
    if (testAnswer === undefined) return routed
    if (isE164(testAnswer)) {
      const targets = plan.targets.flatMap((target) => calling(testAnswer, target))
      return { ...routed, plan: { ...plan, targets, why: `a test, answered by ${testAnswer}` } }
    }
    const asked = { ...question, source: 'domain' as const, requestUri: `sip:${testAnswer}` }
    const answering = await router.route(asked)
    return { plan: { ...answering.plan, emergency }, steps: [...routed.steps, ...answering.steps] }
  }

  /** Whoever has that number is rung as ever, and the phone that called for help with him. */
  async #callback(question: CallQuestion, routed: Routed): Promise<Routed> {
    const called = parseDialledUri(question.requestUri)
    const caller = called?.scheme === 'tel' ? this.#parts.callbacks.callerAt(called.number) : undefined
    if (caller === undefined) return routed
    const asked = { ...question, source: 'domain' as const, requestUri: caller }
    const back = await this.#parts.router.route(asked)
    if (back.plan.kind === 'refuse') return routed
    const usual = routed.plan.kind === 'targets' ? routed.plan.targets : []
    const known = new Set(usual.map(({ uri }) => uri))
    const added = back.plan.targets.filter(({ uri }) => !known.has(uri)).map(rungAtOnce)
    if (usual.length > 0 && added.length === 0) return routed
    return {
      plan: {
        kind: 'targets',
        targets: [...added, ...usual],
        why: `${caller} called for help and may be called back`,
      },
      steps: [...routed.steps, ...back.steps],
    }
  }
}

/** A way for calls for help that leads to another number; none for a PBX, which would dial what it was asked. */
function calling(number: E164, target: RouteTarget): RouteTarget[] {
  if (target.path === 'trunk') return [{ ...target, uri: `tel:${number}`, outsideNumber: number }]
  return target.path === 'overlay' ? [target] : []
}

function rungAtOnce(target: RouteTarget): RouteTarget {
  return { ...target, group: 0 }
}
