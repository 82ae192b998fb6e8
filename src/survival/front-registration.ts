import { type Aor, type AorText, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import { readContacts } from '../domain/contact-header.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import { grantedSeconds } from '../domain/granted-expiry.ts'
import { phoneToken } from '../domain/phone-token.ts'
import type { IncomingRequest, SipHeaders, SipResponseView, SipStack } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Boxed, within } from '../lib/time-box.ts'
import { type FrontAddress, frontContact, frontContactUri, phoneContact } from './front-contact.ts'
import type { PbxOutcome } from './pbx-health.ts'
import { outcomeOf, pbxUri, type WatchedPbx } from './pbx-watch.ts'
import { grantedBinding, type RegisterFacts, readRegisterFacts } from './register-facts.ts'

/** The registrar of the box itself. */
export interface LocalRegistrar {
  handle(request: IncomingRequest): Promise<void>
}

export interface FrontedPbxs {
  stateOf(domain: string): WatchedPbx | undefined
  isInCharge(domain: string): boolean
  saw(name: string, outcome: PbxOutcome): void
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
  readonly bindings: FrontBindings
  /** The AoR that a name or alias stands for here. */
  readonly names: { resolve(aor: Aor): Aor | undefined }
  readonly registrar: LocalRegistrar
  readonly clock: Clock
  readonly log: Log
}

/** A phone repeats its REGISTER after half a second already; the PBX gets no longer than this. */
const answerWithinMs = 4_000
const mostPending = 2_000
const defaultExpiresSeconds = 3_600
/** Headers of the phone that the PBX needs to see as they are: its digest is the PBX's business. */
const forwarded = ['Authorization', 'Proxy-Authorization', 'Expires', 'User-Agent', 'Allow'] as const
/** Headers of the PBX that the phone needs to see as they are. */
const relayed = [
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Authentication-Info',
  'Retry-After',
  'Min-Expires',
  'Warning',
  'Unsupported',
  'P-Associated-URI',
  'Date',
] as const

/**
 * REGISTER for a PBX's domain: passed on to the PBX while it lives, transparent to its digest, and remembered; answered
 * by the box's own registrar when the PBX does not answer. Everything else goes to the box's own registrar.
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
    const { pbxs, registrar } = this.#parts
    const facts = readRegisterFacts(request)
    const pbx = facts && pbxs.stateOf(facts.aor.domain)
    if (!facts || !pbx || !pbxs.isInCharge(pbx.domain)) return registrar.handle(request)
    if (this.#pending.size >= mostPending) return request.respond(503, { headers: { 'Retry-After': '5' } })

    const answer = await this.#ask(pbx, request, facts)
    pbxs.saw(pbx.name, outcomeOf(answer))
    if (answer.kind !== 'value' || answer.value.isLocal) {
      const fields = { pbx: pbx.name, aor: printAor(facts.aor), outcome: outcomeOf(answer) }
      this.#parts.log.warn(fields, 'registration answered in place of the PBX')
      return registrar.handle(request)
    }
    this.passedOn++
    const { status, reason } = answer.value
    if (status < 200 || status >= 300) {
      return request.respond(status, { reason, headers: relayedHeaders(answer.value) })
    }
    return this.#accept(request, facts, answer.value)
  }

  /** Registrations that wait for this PBX wait no longer. */
  pbxIsGone(name: string): void {
    for (const { pbx, abort } of this.#pending) if (pbx === name) abort.abort()
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
          headers: this.#forwardedHeaders(pbx, request, facts),
          proxy: pbxUri(pbx),
          signal,
        })
        return Promise.race([asked, aborted(pending.abort.signal)])
      })
    } finally {
      this.#pending.delete(pending)
    }
  }

  #forwardedHeaders(pbx: WatchedPbx, request: IncomingRequest, facts: RegisterFacts): SipHeaders {
    const address = this.#address(pbx)
    const contacts = facts.contacts.map((value) => frontContact(value, facts.aor.user, address))
    const same = forwarded.map((name) => [name, request.headers(name)] as const)
    return {
      From: withoutTag(request.header('from') ?? ''),
      To: request.header('to') ?? '',
      // The phone's own order of registrations is the order the PBX must see (RFC 3261 §10.2).
      'Call-ID': request.callId,
      CSeq: request.header('cseq') ?? '1 REGISTER',
      ...(contacts.length > 0 && { Contact: contacts.join(', ') }),
      ...Object.fromEntries(same.filter(([, values]) => values.length > 0)),
    }
  }

  async #accept(request: IncomingRequest, facts: RegisterFacts, answer: SipResponseView): Promise<void> {
    try {
      const headers = await this.#remember(request, facts, answer)
      await request.respond(answer.status, { reason: answer.reason, headers })
    } catch (error) {
      // What the box could not keep it must not promise: the phone will try again.
      if (!(error instanceof GatewayError)) throw error
      this.#parts.log.error({ aor: printAor(facts.aor), error }, 'registration not kept')
      await request.respond(error.sipStatus, { headers: { 'Retry-After': '5' } })
    }
  }

  /** Makes the bindings what the PBX said they are, and says so to the phone in its own contacts. */
  async #remember(
    request: IncomingRequest,
    facts: RegisterFacts,
    answer: SipResponseView,
  ): Promise<SipHeaders> {
    const { bindings, clock, names, pbxs } = this.#parts
    const name = printAor(names.resolve(facts.aor) ?? facts.aor)
    const current = bindings.lookup(name)
    const pbx = pbxs.stateOf(facts.aor.domain)
    const now = clock.now()
    const put: Binding[] = []
    const remove: Binding[] = facts.contacts.some(({ uri }) => uri === '*') ? [...current] : []
    for (const value of facts.contacts) {
      if (value.uri === '*') continue
      const asked = facts.expiresOf(value)
      const front = pbx && frontContactUri(value.uri, facts.aor.user, this.#address(pbx))
      const granted = front === undefined ? undefined : grantedSeconds(answer, front)
      const seconds = asked === 0 ? 0 : (granted ?? asked ?? defaultExpiresSeconds)
      if (seconds > 0) put.push(grantedBinding(request, value, { name, now, seconds }))
      else remove.push(...current.filter(({ contact }) => contact === value.uri))
    }
    if (put.length + remove.length > 0) await bindings.save(name, { put, remove })
    return { ...relayedHeaders(answer), ...phoneContacts(answer, [...current, ...put]) }
  }

  #address({ transport }: WatchedPbx): FrontAddress {
    return { hostPort: this.#parts.stack.localHostPort(transport) ?? 'localhost', transport }
  }
}

function phoneContacts(answer: SipResponseView, known: readonly Binding[]): SipHeaders {
  const contactByToken = new Map(known.map(({ contact }) => [phoneToken(contact), contact]))
  const contacts = readContacts(answer.headers('contact')).map((value) => phoneContact(value, contactByToken))
  return contacts.length > 0 ? { Contact: contacts } : {}
}

function relayedHeaders(answer: SipResponseView): SipHeaders {
  const values = relayed.map((name) => [name, answer.headers(name)] as const)
  return Object.fromEntries(values.filter(([, lines]) => lines.length > 0))
}

/** The stack sets a tag of its own. */
function withoutTag(from: string): string {
  return from.replace(/;\s*tag=[^;>\s]*(?=[^>]*$)/i, '')
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(new Error('the PBX is gone'))
    signal.addEventListener('abort', () => reject(new Error('the PBX is gone')), { once: true })
  })
}
