import { GatewayError } from '../domain/gateway-error.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { IncomingRequest, OutgoingOptions, SipHeaders, SipResponseView } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { type Admission, type AdmissionRules, admit, proveCaller } from './admission/admission.ts'
import { guardAgainstLoop } from './admission/loop-guard.ts'
import { allowed } from './allowed.ts'
import { type FailedTarget, mayTryNext, wasLedAstray } from './hunt/hunt-verdict.ts'
import { untriedTargets } from './hunt/untried-targets.ts'
import { challengesOf, credentialsOf, passedInDialog, passedOfResponse } from './legs/passed-headers.ts'
import type { LegPreparer } from './legs/prepared-leg.ts'
import type { Router } from './neighbours.ts'

export interface RequestStack {
  onRequest(method: string, handler: (request: IncomingRequest) => Promise<void>): void
  request(method: string, uri: string, options?: OutgoingOptions): Promise<SipResponseView>
}

export interface OtherRequestParts {
  readonly stack: RequestStack
  readonly admission: AdmissionRules
  readonly router: Router
  readonly legs: LegPreparer
  readonly boxId: string
  readonly clock: Clock
  readonly log: Log
  /** A PBX tells a phone something unasked, such as waiting messages. */
  onNotify?(notify: IncomingRequest, pbx: string): void
}

type Admitted = Extract<Admission, { kind: 'admitted' }>
type Demand = Extract<Admission, { kind: 'refused' }>

interface Errand {
  readonly request: IncomingRequest
  readonly question: CallQuestion
  readonly displayName: string | undefined
  readonly headers: SipHeaders
}

interface Outcome {
  /** Nobody else is to be tried. */
  readonly isOver: boolean
  readonly failures: readonly FailedTarget[]
  readonly demand?: Demand
  /** The last one. */
  readonly response: SipResponseView | undefined
}

const maxTargets = 5
const finalWithinMs = 32_000

/** Requests outside calls: OPTIONS is answered, MESSAGE and the PBX's NOTIFY are routed like calls. */
export class OtherRequests implements Part {
  readonly name = 'other-requests'
  readonly #parts: OtherRequestParts

  constructor(parts: OtherRequestParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { stack } = this.#parts
    stack.onRequest('OPTIONS', (request) => request.respond(200, { headers: capabilities() }))
    stack.onRequest('MESSAGE', (request) => this.#onRouted(request))
    stack.onRequest('NOTIFY', (request) => this.#onRouted(request))
  }

  async stop(): Promise<void> {
    // Handlers hold nothing between requests.
  }

  async #onRouted(request: IncomingRequest): Promise<void> {
    const admission = admit(request, this.#parts.admission)
    if (admission.kind === 'ignored') return
    if (admission.kind === 'refused') return request.respond(admission.status, { headers: admission.headers })
    // Message waiting and reboot orders come from the PBX; from anybody else they are a nuisance.
    if (request.method === 'NOTIFY' && admission.source !== 'pbx') return request.respond(481)
    const loop = guardAgainstLoop(request, this.#parts.boxId)
    if (loop.kind === 'stops') return request.respond(loop.status)
    if (request.method === 'NOTIFY') this.#parts.onNotify?.(request, admission.label)
    return this.#route(request, admission, loop.headers)
  }

  async #route(request: IncomingRequest, admitted: Admitted, headers: SipHeaders): Promise<void> {
    const question = questionOf(request, admitted, this.#parts.clock.now())
    const { plan } = await this.#parts.router.route(question)
    if (plan.kind === 'refuse') return request.respond(plan.status, { reason: plan.reason })
    const errand = { request, question, displayName: admitted.displayName, headers }
    const first = await this.#tryAll(plan.targets, errand)
    if (first.isOver || !wasLedAstray(first.failures)) return this.#answer(request, first)
    const afresh = await this.#parts.router.route(question, true)
    const targets = untriedTargets(afresh.plan, plan.targets)
    return this.#answer(request, targets.length > 0 ? await this.#tryAll(targets, errand) : first)
  }

  async #tryAll(targets: readonly RouteTarget[], errand: Errand): Promise<Outcome> {
    const { request, question } = errand
    const failures: FailedTarget[] = []
    let response: SipResponseView | undefined
    for (const target of targets.filter(isInside).slice(0, maxTargets)) {
      const demand = demandOf(request, question, target, this.#parts.admission)
      if (demand) return { isOver: true, failures, demand, response: undefined }
      response = await this.#forward(target, errand)
      const failure = { path: target.path, status: response?.status ?? 503 }
      if (response && (response.status < 300 || !mayTryNext(failure)))
        return { isOver: true, failures, response }
      failures.push(failure)
    }
    return { isOver: false, failures, response }
  }

  async #forward(
    target: RouteTarget,
    { request, question, displayName, headers }: Errand,
  ): Promise<SipResponseView | undefined> {
    try {
      const leg = await this.#parts.legs.prepare(target, question, displayName)
      try {
        const { uri, from, to, proxy, account } = leg
        return await this.#parts.stack.request(request.method, uri, {
          headers: {
            ...passedInDialog(request),
            ...headers,
            ...(target.path === 'pbx' && credentialsOf(request)),
            From: from,
            ...(to && { To: to }),
            ...leg.headers,
          },
          body: request.body,
          signal: AbortSignal.timeout(finalWithinMs),
          ...(proxy && { proxy }),
          ...(account && { account }),
        })
      } finally {
        leg.release()
      }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      this.#parts.log.debug({ target: target.label, error: error.message }, 'request not forwarded')
      return undefined
    }
  }

  #answer(request: IncomingRequest, { demand, response }: Outcome): Promise<void> {
    if (demand) return request.respond(demand.status, { headers: demand.headers })
    if (!response) return request.respond(480)
    const isChallenge = response.status === 401 || response.status === 407
    return request.respond(response.status, {
      reason: response.reason,
      headers: { ...passedOfResponse(response), ...(isChallenge && challengesOf(response)) },
      body: response.body,
    })
  }
}

/** The telephone network takes calls, and money for them: nothing else is sent there. */
function isInside({ path, outsideNumber }: RouteTarget): boolean {
  return path !== 'trunk' && outsideNumber === undefined
}

function demandOf(
  request: IncomingRequest,
  { caller, callerIsAuthenticated }: CallQuestion,
  target: RouteTarget,
  admission: AdmissionRules,
): Demand | undefined {
  if (!target.callerMustBeAuthenticated || callerIsAuthenticated || !caller) return undefined
  const proof = proveCaller(request, caller, admission)
  return proof.kind === 'refused' ? proof : undefined
}

function questionOf(request: IncomingRequest, admitted: Admitted, at: number): CallQuestion {
  const { source, label, caller, callerIsAuthenticated, from } = admitted
  return {
    callId: request.callId,
    source,
    sourceLabel: label,
    caller,
    callerIsAuthenticated,
    from,
    requestUri: request.uri,
    at,
  }
}

function capabilities(): SipHeaders {
  return { Allow: allowed, Accept: 'application/sdp', 'Accept-Encoding': 'identity', Supported: 'path' }
}
