import type { Aor, AorText } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { IncomingRequest, ResponseOptions, SipHeaders, SipSource } from '../domain/sip.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { BindingChanges } from './binding-store.ts'
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
    realm: string,
  ):
    | { readonly kind: 'authenticated'; readonly account: RegisteringUser }
    | {
        readonly kind: 'challenge'
        readonly status: number
        readonly headers: SipHeaders
        readonly why: 'missing' | 'stale' | 'wrong'
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
  noteAuthFailure(source: SipSource): void
  noteAuthSuccess(source: SipSource): void
}

export interface RegistrarSettings {
  readonly realm: string
  readonly rules: RegistrationRules
  readonly digest: RegistrarDigest
  readonly users: RegistrarUsers
  readonly location: RegistrarLocation
  readonly guard: RegistrarGuard
  /** Longest registration granted for a domain just now, in seconds: short while its PBX is away. */
  readonly expiryLimit?: (domain: string) => number | undefined
  readonly log: Log
  readonly clock?: Clock
}

/** Answers since the start. */
export interface RegistrationCounts {
  accepted: number
  /** Asked for the password, or for a fresh nonce. */
  challenged: number
  wrongPassword: number
  refused: number
}

/** Answers REGISTER (RFC 3261 §10.3). */
export class Registrar {
  readonly counts: RegistrationCounts = { accepted: 0, challenged: 0, wrongPassword: 0, refused: 0 }
  readonly #settings: RegistrarSettings
  readonly #clock: Clock

  constructor(settings: RegistrarSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
  }

  /** Resolves when the request was answered; rejects only on a bug. */
  async handle(request: IncomingRequest): Promise<void> {
    try {
      await this.#register(request)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      await this.#refuse(request, error)
    }
  }

  async #register(request: IncomingRequest): Promise<void> {
    const { digest, guard, location, realm } = this.#settings
    const asked = readRegister(request)
    const verdict = digest.check(request, 'www', realm)
    if (verdict.kind === 'challenge') {
      if (verdict.why === 'wrong') guard.noteAuthFailure(request.source)
      this.counts[verdict.why === 'wrong' ? 'wrongPassword' : 'challenged']++
      return this.#respond(request, verdict.status, { headers: verdict.headers })
    }
    guard.noteAuthSuccess(request.source)
    const { aor, aorText } = this.#ownerOf(asked, verdict.account)
    const rules = this.#rulesFor(aor.domain)
    const bindings = await location.update(aorText, (current) =>
      planRegistration(aorText, current, asked, rules, this.#clock.now()),
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

  #rulesFor(domain: string): RegistrationRules {
    const { rules, expiryLimit } = this.#settings
    const limit = expiryLimit?.(domain)
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
