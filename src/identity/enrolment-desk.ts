import { base64url } from '../lib/base64url.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { utcMinute } from '../lib/utc-minute.ts'
import { CredentialInvalid } from './credential.ts'
import { type CredentialIssuer, drawPlace } from './credential-issuer.ts'
import { decodeForm, type EnrolmentAnswer, type EnrolmentForm, encodeAnswer } from './enrolment-form.ts'
import {
  type EnrolmentShelf,
  keepAfterExpiry,
  type ShelvedTicket,
  TicketFileDamaged,
} from './enrolment-shelf.ts'
import { isProofOf } from './enrolment-ticket.ts'
import type { TrustedCredentials } from './trusted-credentials.ts'

type Renewed = { readonly credential: Uint8Array } | { readonly refusedBecause: string }

/** Clocks that differ by more, in milliseconds, would make the new box useless: its records would not be believed. */
const clocksMayDiffer = 60_000

/** Lets new boxes into the overlay: one ticket, one box, one place. */
export class TicketDesk {
  readonly #issuer: CredentialIssuer
  readonly #credentials: TrustedCredentials
  readonly #shelf: EnrolmentShelf
  readonly #clock: Clock
  readonly #log: Log

  constructor(parts: {
    issuer: CredentialIssuer
    credentials: TrustedCredentials
    shelf: EnrolmentShelf
    clock: Clock
    log: Log
  }) {
    this.#issuer = parts.issuer
    this.#credentials = parts.credentials
    this.#shelf = parts.shelf
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** Never rejects for what is in the form: the answer says what is wrong. */
  receive(publicKey: Uint8Array, form: Uint8Array): Promise<Uint8Array> {
    const box = base64url(publicKey)
    const answer = this.#decide(publicKey, form)
    const { overlay } = this.#issuer
    if (answer.outcome === 'enrolled') this.#log.info({ box, overlay }, 'a box was enrolled')
    else if (answer.outcome === 'pending') this.#log.info({ box, overlay }, 'a box waits for approval')
    else this.#log.warn({ box, overlay, reason: answer.reason }, 'a box was not enrolled')
    return Promise.resolve(encodeAnswer(answer))
  }

  /** The same rights and place for another term. Never rejects for what was shown. */
  renew(publicKey: Uint8Array, shown: Uint8Array): Promise<Renewed> {
    const box = base64url(publicKey)
    const renewed = this.#renewed(publicKey, shown)
    if ('credential' in renewed) this.#log.info({ box }, 'a credential was renewed')
    else this.#log.warn({ box, reason: renewed.refusedBecause }, 'a credential was not renewed')
    return Promise.resolve(renewed)
  }

  #renewed(publicKey: Uint8Array, shown: Uint8Array): Renewed {
    try {
      const present = this.#credentials.read(shown)
      const { place, mayServe, notBefore, notAfter, issuer } = present
      if (base64url(present.publicKey) !== base64url(publicKey))
        return { refusedBecause: 'the credential belongs to another box' }
      const now = this.#clock.now()
      if (now > notAfter || now < notBefore - clocksMayDiffer)
        return {
          refusedBecause: `the credential is not valid at ${utcMinute(now)}: join again with a new ticket`,
        }
      if (this.#credentials.isRevoked(present)) return { refusedBecause: 'the box was revoked' }
      // Its rights end at its issuer's; from another issuer the same words could mean more.
      if (
        issuer &&
        !issuer.mayServe.includes('*') &&
        base64url(issuer.publicKey) !== base64url(this.#issuer.publicKey)
      )
        return { refusedBecause: 'only the box that issued this credential can renew it' }
      const roles = present.roles.filter((role) => role !== 'issuer')
      return { credential: this.#issuer.issue({ publicKey, place, roles, mayServe }, now) }
    } catch (error) {
      if (!(error instanceof CredentialInvalid)) throw error
      return { refusedBecause: error.message }
    }
  }

  #decide(publicKey: Uint8Array, bytes: Uint8Array): EnrolmentAnswer {
    const form = readForm(bytes)
    if (!form) return refused('the enrolment form was not understood: update the older of the two boxes')
    try {
      const ticket = this.#shelf.find(form.ticket)
      if (!ticket) return refused('this box has made no such ticket: ask for a new one')
      if (!isProofOf(form.proof, ticket.secret, ticket.id, publicKey))
        return refused('the ticket is damaged: copy the whole word, or ask for a new one')
      // Not yet known by whom it is issued, but by whom it would be.
      if (this.#credentials.isRevoked({ publicKey, issuer: this.#issuer }))
        return refused(
          'this box, or the inviting one, was revoked: ask the person who looks after the overlay; a box that was revoked by mistake joins with a new identity',
        )
      return this.#objection(form, ticket, publicKey) ?? this.#admit(ticket, publicKey)
    } catch (error) {
      this.#log.error({ reason: (error as Error).message }, 'a ticket cannot be used')
      if (error instanceof TicketFileDamaged)
        return refused('the inviting box cannot read its half of the ticket any more: ask for a new one')
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
      return refused(
        'the inviting box cannot note that the ticket is used, perhaps its disk is full: see to that box, then use the same ticket again',
      )
    }
  }

  #objection(form: EnrolmentForm, ticket: ShelvedTicket, publicKey: Uint8Array): EnrolmentAnswer | undefined {
    const now = this.#clock.now()
    // Before the ticket is marked as used: once the clock is set, the same ticket is good.
    if (Math.abs(form.at - now) > clocksMayDiffer)
      return refused(
        `the clocks of the two boxes differ: it is ${utcMinute(form.at)} at the new box and ${utcMinute(now)} at the inviting one; set the wrong clock, then use the same ticket again`,
      )
    const use = this.#shelf.useOf(ticket.id)
    if (use && use.publicKey !== base64url(publicKey)) return usedByAnother(use.at)
    // Whoever came in time may ask again: the answer may have been lost, or the approval have taken its time.
    const lastMoment = use ? ticket.expiresAt + keepAfterExpiry : ticket.expiresAt
    if (now > lastMoment)
      return refused(
        `the ticket expired at ${utcMinute(ticket.expiresAt)}, and it is ${utcMinute(now)} at the inviting box: ask for a new one`,
      )
    return undefined
  }

  #admit(ticket: ShelvedTicket, publicKey: Uint8Array): EnrolmentAnswer {
    const now = this.#clock.now()
    const use = this.#shelf.use(ticket.id, publicKey, drawPlace(), now)
    if (use.publicKey !== base64url(publicKey)) return usedByAnother(use.at)
    if (ticket.needsApproval) {
      const decision = this.#shelf.decisionOn(ticket.id)
      if (!decision)
        return {
          outcome: 'pending',
          reason: 'somebody has to approve at the inviting box: causeway overlay approve',
        }
      if (!decision.approved)
        return refused(
          `the request was rejected at ${utcMinute(decision.at)} by the person at the inviting box`,
        )
    }
    const { role, mayServe } = ticket
    const rights = { publicKey, place: Buffer.from(use.place, 'base64url'), roles: [role], mayServe }
    return { outcome: 'enrolled', credential: this.#issuer.issue(rights, now) }
  }
}

function readForm(bytes: Uint8Array): EnrolmentForm | undefined {
  try {
    return decodeForm(bytes)
  } catch {
    return undefined // the sender is told; there is nothing to learn from a malformed form
  }
}

function usedByAnother(at: number): EnrolmentAnswer {
  return refused(`the ticket was used at ${utcMinute(at)} by another box: ask for a new one`)
}

function refused(reason: string): EnrolmentAnswer {
  return { outcome: 'refused', reason }
}
