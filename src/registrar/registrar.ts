import type { Aor, AorText } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { DigestDemand } from '../domain/digest-demand.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { IncomingRequest, ResponseOptions, SipHeaders, SipSource } from '../domain/sip.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { BindingChanges } from './binding-store.ts'
import { type Guest, guestOf, type RegistrarGrace } from './guest.ts'
import { type RegisterRequest, readRegister } from './register-request.ts'
import { registeredHeaders } from './register-response.ts'
import { planRegistration, type RegistrationRules } from './registration.ts'
import { RegistrationRefused } from './registration-refused.ts'

export interface RegisteringUser {
  readonly aor: Aor
  readonly aorText: AorText
}

/** Digest, asked as the registrar that it is for (401). */
export interface RegistrarDigest {
  check(
    request: IncomingRequest,
    kind: 'www',
    demand: DigestDemand,
  ):
    | { readonly kind: 'authenticated'; readonly account: RegisteringUser }
    /** Too many wrong passwords of this name have come from there. */
    | { readonly kind: 'blocked'; readonly username: string }
    | {
        readonly kind: 'challenge'
        readonly status: number
        readonly headers: SipHeaders
        readonly why: 'missing' | 'stale' | 'wrong'
        readonly username?: string
      }
}

export interface RegistrarUsers {
  /** By AoR or alias. */
  byAor(aor: Aor): RegisteringUser | undefined
}

export interface RegistrarLocation {
  update(aor: AorText, plan: (current: readonly Binding[]) => BindingChanges): Promise<readonly Binding[]>
}

export interface RegistrarGuard {
  noteAuthFailure(source: SipSource, username?: string): void
  noteAuthSuccess(source: SipSource): void
}

export interface RegistrarSettings {
  /** By what this user is asked for his password. */
  demandFor(user: Aor): DigestDemand
  readonly rules: RegistrationRules
  readonly digest: RegistrarDigest
  readonly users: RegistrarUsers
  readonly location: RegistrarLocation
  readonly guard: RegistrarGuard
  readonly grace?: RegistrarGrace
  /** Longest registration granted to a user just now, in seconds: short while its PBX is away. */
  readonly expiryLimit?: (user: Aor) => number | undefined
  /** Hears of each that was accepted or turned away; not of those that were only asked for the password. */
  readonly onAnswer?: (user: Aor, answer: RegistrationAnswer) => void
  readonly log: Log
  readonly clock?: Clock
}

export type RegistrationAnswer = 'accepted' | 'onGrace' | 'refused'

/** Answers since the start. */
export interface RegistrationCounts {
  accepted: number
  /** Of them: without a password, for the grace after the loss of a PBX. */
  onGrace: number
  /** Asked for the password, or for a fresh nonce. */
  challenged: number
  wrongPassword: number
  refused: number
}

/** Answers REGISTER (RFC 3261 §10.3). */
export class Registrar {
  readonly counts: RegistrationCounts = {
    accepted: 0,
    onGrace: 0,
    challenged: 0,
    wrongPassword: 0,
    refused: 0,
  }
  readonly #settings: RegistrarSettings
  readonly #clock: Clock

  constructor(settings: RegistrarSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
  }

  /** Resolves when the request was answered; rejects only on a bug. */
  async handle(request: IncomingRequest): Promise<void> {
    let user: Aor | undefined
    try {
      const asked = readRegister(request)
      user = asked.aor
      await this.#register(request, asked)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      if (user) this.#settings.onAnswer?.(user, 'refused')
      await this.#refuse(request, error)
    }
  }

  async #register(request: IncomingRequest, asked: RegisterRequest): Promise<void> {
    const { digest, guard, demandFor, onAnswer } = this.#settings
    const verdict = digest.check(request, 'www', demandFor(asked.aor))
    if (verdict.kind === 'blocked') {
      this.counts.wrongPassword++
      return // as from a banned source
    }
    if (verdict.kind === 'authenticated') {
      guard.noteAuthSuccess(request.source)
      const owner = this.#ownerOf(asked, verdict.account)
      await this.#bind(request, asked, owner.aorText, this.#rulesFor(owner.aor))
      onAnswer?.(owner.aor, 'accepted')
      return
    }
    if (verdict.why === 'wrong') {
      // It has answered a nonce that was sent to its address: it is there.
      const guest = guestOf(asked, this.#settings.grace, this.#clock.now())
      if (guest) return this.#take(request, guest)
      guard.noteAuthFailure(request.source, verdict.username)
      onAnswer?.(asked.aor, 'refused')
    }
    this.counts[verdict.why === 'wrong' ? 'wrongPassword' : 'challenged']++
    return this.#respond(request, verdict.status, { headers: verdict.headers })
  }

  async #take(request: IncomingRequest, { aor, aorText, mostSeconds, asked }: Guest): Promise<void> {
    const rules = this.#rulesFor(aor)
    const maxExpiresSeconds = Math.min(rules.maxExpiresSeconds, mostSeconds)
    // Who has not proven to be this user does nothing to his other phones.
    const isOwn = ({ source }: Binding) => source.address === request.source.address
    await this.#bind(request, asked, aorText, { ...rules, maxExpiresSeconds }, isOwn)
    this.counts.onGrace++
    this.#settings.onAnswer?.(aor, 'onGrace')
  }

  async #bind(
    request: IncomingRequest,
    asked: RegisterRequest,
    aorText: AorText,
    rules: RegistrationRules,
    mayChange: (binding: Binding) => boolean = () => true,
  ): Promise<void> {
    const bindings = await this.#settings.location.update(aorText, (current) =>
      planRegistration(aorText, current.filter(mayChange), asked, rules, this.#clock.now()),
    )
    this.counts.accepted++
    return this.#respond(request, 200, { headers: registeredHeaders(bindings, asked, this.#clock.now()) })
  }

  /** Strangers never come this far, so nobody learns from a 404 or 403 who has an account. */
  #ownerOf({ aor }: RegisterRequest, user: RegisteringUser): RegisteringUser {
    const owner = this.#settings.users.byAor(aor)
    if (!owner) throw new RegistrationRefused(404, 'Not Found')
    if (owner.aorText !== user.aorText) throw new RegistrationRefused(403, 'Not Your Address Of Record')
    return owner
  }

  #rulesFor(user: Aor): RegistrationRules {
    const { rules, expiryLimit } = this.#settings
    const limit = expiryLimit?.(user)
    return limit === undefined
      ? rules
      : { ...rules, maxExpiresSeconds: Math.min(rules.maxExpiresSeconds, limit) }
  }

  async #refuse(request: IncomingRequest, error: GatewayError): Promise<void> {
    const { log } = this.#settings
    this.counts.refused++
    const fields = { callId: request.callId, status: error.sipStatus, source: request.source.address }
    if (error.fault === 'box') log.error({ ...fields, error }, 'registration failed')
    else log.info({ ...fields, why: error.message }, 'registration refused')
    await this.#respond(
      request,
      error.sipStatus,
      error instanceof RegistrationRefused ? { reason: error.reason, headers: error.headers } : {},
    )
  }

  async #respond(request: IncomingRequest, status: number, options: ResponseOptions): Promise<void> {
    try {
      await request.respond(status, options)
    } catch (error) {
      // The phone repeats a request whose answer it missed.
      this.#settings.log.info({ callId: request.callId, status, error }, 'REGISTER answered too late')
    }
  }
}
