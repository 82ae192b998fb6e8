import type { PhoneWay } from '../../config/sections/phone-groups.ts'
import { type Aor, type AorText, printAor } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import { GatewayError } from '../../domain/gateway-error.ts'
import { grantedSeconds } from '../../domain/granted-expiry.ts'
import type { IncomingRequest, SipHeaders, SipResponseView, SipStack } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { type Boxed, within } from '../../lib/time-box.ts'
import { pbxUri } from '../health/pbx-uri.ts'
import type { WatchedPbx } from '../health/pbx-watch.ts'
import { outcomeOf, type PbxOutcome, retryAfterOf } from '../health/pbx-witness.ts'
import { type FrontAddress, frontContactUri } from './front-contact.ts'
import type { FrontVerdict } from './front-gate.ts'
import { forwardedHeaders, phoneContacts, relayedHeaders } from './front-request.ts'
import { keptHeaders } from './kept-registration.ts'
import { grantedBinding, type RegisterFacts, readRegisterFacts } from './register-facts.ts'

/** The registrar of the box itself. */
export interface LocalRegistrar {
  handle(request: IncomingRequest): Promise<void>
}

export interface FrontedPbxs {
  stateOf(domain: string): WatchedPbx | undefined
  isInCharge(domain: string, parties?: readonly Aor[]): boolean
  saw(
    name: string,
    outcome: PbxOutcome,
    asked: { readonly method: 'REGISTER'; readonly retryAfterMs: number | undefined },
  ): void
}

export interface FrontBindings {
  lookup(aor: AorText): readonly Binding[]
  /** Resolves when the change is durable; a binding put replaces the one with the same `bindingKey`. */
  save(
    aor: AorText,
    changes: { readonly put: readonly Binding[]; readonly remove: readonly Binding[] },
  ): Promise<unknown>
}

export interface FrontRegistrationParts {
  readonly stack: Pick<SipStack, 'request' | 'localHostPort'>
  readonly pbxs: FrontedPbxs
  readonly ways: { wayOf(user: Aor): PhoneWay | undefined }
  readonly gate: {
    admit(
      pbx: WatchedPbx,
      request: IncomingRequest,
      facts: RegisterFacts,
      user: AorText,
    ): Promise<FrontVerdict>
    wasChallenged(request: IncomingRequest): void
  }
  readonly bindings: FrontBindings
  /** The AoR that a name stands for here: an alias, or with an address in place of the domain. */
  readonly names: { resolve(aor: Aor): Aor | undefined }
  readonly registrar: LocalRegistrar
  /** Seconds until one that is turned away may come again. */
  readonly retry: { next(): number }
  /** Told when the PBX has accepted a phone. */
  readonly cameHome?: (user: AorText, domain: string) => void
  /** Told of each challenge of the PBX. */
  readonly heard?: (domain: string, method: string, challenge: SipResponseView) => void
  /** Told of each answer of the PBX, before the phone gets it. */
  readonly answered?: (request: IncomingRequest, answer: SipResponseView) => void
  /** Told of each REGISTER that the PBX has accepted. */
  readonly accepted?: (domain: string, request: IncomingRequest) => void
  readonly clock: Clock
  readonly log: Log
}

/** A phone repeats its REGISTER after half a second already; the PBX gets no longer than this. */
const answerWithinMs = 4_000
const mostPending = 2_000
const defaultExpiresSeconds = 3_600

/**
 * REGISTER for a PBX's domain: passed on to the PBX while it lives, transparent to its digest, and remembered; answered
 * by the box's own registrar when the PBX does not answer. Everything else goes to the box's own registrar, and so do
 * phones that stand to the PBX in another way: what they tell the box is for the time when the PBX is gone.
 */
export class FrontRegistration {
  /** REGISTERs that the PBX has answered, since the start. */
  passedOn = 0
  readonly #parts: FrontRegistrationParts
  readonly #pending = new Set<{ readonly pbx: string; readonly abort: AbortController }>()

  constructor(parts: FrontRegistrationParts) {
    this.#parts = parts
  }

  /** Resolves when the request was answered. */
  async handle(request: IncomingRequest): Promise<void> {
    const { clock, gate, names, pbxs, registrar, ways } = this.#parts
    const facts = readRegisterFacts(request)
    const user = facts && (names.resolve(facts.aor) ?? facts.aor)
    const pbx = user && pbxs.stateOf(user.domain)
    if (!pbx) return registrar.handle(request)
    const isPbxs = () => ways.wayOf(user) === 'front' && pbxs.isInCharge(pbx.domain, [user])
    if (!isPbxs()) return registrar.handle(request)
    const verdict = await gate.admit(pbx, request, facts, printAor(user))
    // It may have died while the request waited for its turn.
    if (verdict.kind === 'box' || !isPbxs()) return registrar.handle(request)
    if (verdict.kind === 'later' || this.#pending.size >= mostPending) return this.#turnAway(request)
    if (verdict.kind === 'kept') {
      return request.respond(200, { headers: keptHeaders(verdict.registration, clock.now()) })
    }
    return this.#passOn(pbx, request, facts, printAor(user))
  }

  /** Registrations that wait for this PBX wait no longer. */
  pbxIsGone(name: string): void {
    for (const { pbx, abort } of this.#pending) if (pbx === name) abort.abort()
  }

  async #passOn(
    pbx: WatchedPbx,
    request: IncomingRequest,
    facts: RegisterFacts,
    user: AorText,
  ): Promise<void> {
    const { gate, heard, log, pbxs, registrar } = this.#parts
    const answer = await this.#ask(pbx, request, facts)
    pbxs.saw(pbx.name, outcomeOf(answer), { method: 'REGISTER', retryAfterMs: retryAfterOf(answer) })
    if (answer.kind !== 'value' || answer.value.isLocal) {
      const fields = { pbx: pbx.name, aor: user, outcome: outcomeOf(answer) }
      log.warn(fields, 'registration answered in place of the PBX')
      return registrar.handle(request)
    }
    this.passedOn++
    this.#parts.answered?.(request, answer.value)
    const { status, reason } = answer.value
    if (status >= 200 && status < 300) {
      this.#parts.accepted?.(pbx.domain, request)
      return this.#accept(pbx, request, facts, user, answer.value)
    }
    if (status === 401 || status === 407) {
      gate.wasChallenged(request)
      heard?.(pbx.domain, 'REGISTER', answer.value)
    }
    return request.respond(status, { reason, headers: relayedHeaders(answer.value) })
  }

  #turnAway(request: IncomingRequest): Promise<void> {
    return request.respond(503, { headers: { 'Retry-After': String(this.#parts.retry.next()) } })
  }

  async #ask(
    pbx: WatchedPbx,
    request: IncomingRequest,
    facts: RegisterFacts,
  ): Promise<Boxed<SipResponseView>> {
    const { stack, clock } = this.#parts
    const pending = { pbx: pbx.name, abort: new AbortController() }
    this.#pending.add(pending)
    try {
      return await within(answerWithinMs, clock, (late) => {
        const signal = AbortSignal.any([late, pending.abort.signal])
        const asked = stack.request('REGISTER', request.uri, {
          headers: forwardedHeaders(request, facts, this.#address(pbx)),
          proxy: pbxUri(pbx),
          signal,
        })
        return Promise.race([asked, aborted(pending.abort.signal)])
      })
    } finally {
      this.#pending.delete(pending)
    }
  }

  async #accept(
    pbx: WatchedPbx,
    request: IncomingRequest,
    facts: RegisterFacts,
    user: AorText,
    answer: SipResponseView,
  ): Promise<void> {
    try {
      const headers = await this.#remember(pbx, request, facts, user, answer)
      await request.respond(answer.status, { reason: answer.reason, headers })
    } catch (error) {
      // What the box could not keep it must not promise: the phone will try again.
      if (!(error instanceof GatewayError)) throw error
      this.#parts.log.error({ aor: user, error }, 'registration not kept')
      await request.respond(error.sipStatus, { headers: { 'Retry-After': String(this.#parts.retry.next()) } })
    }
  }

  /** Makes the bindings what the PBX said they are, and says so to the phone in its own contacts. */
  async #remember(
    pbx: WatchedPbx,
    request: IncomingRequest,
    facts: RegisterFacts,
    name: AorText,
    answer: SipResponseView,
  ): Promise<SipHeaders> {
    const { bindings, clock } = this.#parts
    const current = bindings.lookup(name)
    const now = clock.now()
    const put: Binding[] = []
    const remove: Binding[] = facts.contacts.some(({ uri }) => uri === '*') ? [...current] : []
    for (const value of facts.contacts) {
      if (value.uri === '*') continue
      const asked = facts.expiresOf(value)
      const front = frontContactUri(value.uri, facts.aor.user, this.#address(pbx))
      const granted = grantedSeconds(answer, front)
      const seconds = asked === 0 ? 0 : (granted ?? asked ?? defaultExpiresSeconds)
      if (seconds > 0) put.push(grantedBinding(request, value, { name, now, seconds }))
      else remove.push(...current.filter(({ contact }) => contact === value.uri))
    }
    if (put.length + remove.length > 0) await bindings.save(name, { put, remove })
    this.#parts.cameHome?.(name, pbx.domain)
    return { ...relayedHeaders(answer), ...phoneContacts(answer, [...current, ...put]) }
  }

  #address({ transport }: WatchedPbx): FrontAddress {
    return { hostPort: this.#parts.stack.localHostPort(transport) ?? 'localhost', transport }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new Error('the PBX is gone'))
    signal.addEventListener('abort', () => reject(new Error('the PBX is gone')), { once: true })
  })
}
