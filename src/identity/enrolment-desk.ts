import type { Clock } from '../lib/clock.ts'
import type { SigningKey } from '../lib/ed25519.ts'
import type { Log } from '../lib/log.ts'
import { issueCredential } from './credential.ts'
import { decodeForm, type EnrolmentAnswer, encodeAnswer } from './enrolment-form.ts'
import type { EnrolmentShelf } from './enrolment-shelf.ts'
import { isProofOf } from './enrolment-ticket.ts'

/** How long a credential is good, in milliseconds. */
export const credentialLifetime = 5 * 365 * 86_400_000

/** Lets new boxes into the overlay: one ticket, one box, one credential signed by the trust root. */
export class TicketDesk {
  readonly #overlay: string
  readonly #trustRoot: SigningKey
  readonly #shelf: EnrolmentShelf
  readonly #clock: Clock
  readonly #log: Log

  constructor(overlay: string, trustRoot: SigningKey, shelf: EnrolmentShelf, clock: Clock, log: Log) {
    this.#overlay = overlay
    this.#trustRoot = trustRoot
    this.#shelf = shelf
    this.#clock = clock
    this.#log = log
  }

  /** Never rejects for what is in the form: the answer says what is wrong. */
  receive(publicKey: Uint8Array, form: Uint8Array): Promise<Uint8Array> {
    const box = Buffer.from(publicKey).toString('base64url')
    const answer = this.#decide(publicKey, form)
    if (answer.outcome === 'enrolled') this.#log.info({ box, overlay: this.#overlay }, 'a box was enrolled')
    else this.#log.warn({ box, overlay: this.#overlay, reason: answer.reason }, 'a box was not enrolled')
    return Promise.resolve(encodeAnswer(answer))
  }

  #decide(publicKey: Uint8Array, form: Uint8Array): EnrolmentAnswer {
    const parsed = readForm(form)
    if (!parsed) return refused('the enrolment form was not understood: update the older of the two boxes')
    const ticket = this.#shelf.find(parsed.ticket)
    if (!ticket) return refused('this box has made no such ticket: ask for a new one')
    if (!isProofOf(parsed.proof, ticket.secret, ticket.id, publicKey))
      return refused('the ticket is damaged: copy the whole word, or ask for a new one')
    const now = this.#clock.now()
    if (now > ticket.expiresAt)
      return refused(`the ticket expired at ${time(ticket.expiresAt)}: ask for a new one`)
    const use = this.#shelf.use(ticket.id, publicKey, now)
    // The same box may ask again: the first answer may have been lost on the way.
    if (use.publicKey !== Buffer.from(publicKey).toString('base64url'))
      return refused(`the ticket was used at ${time(use.at)} by another box: ask for a new one`)
    const credential = issueCredential(
      {
        overlay: this.#overlay,
        publicKey,
        roles: ['peer'],
        mayServe: ticket.mayServe,
        notBefore: now,
        notAfter: now + credentialLifetime,
      },
      this.#trustRoot,
    )
    return { outcome: 'enrolled', credential }
  }
}

function readForm(form: Uint8Array): ReturnType<typeof decodeForm> | undefined {
  try {
    return decodeForm(form)
  } catch {
    return undefined // the sender is told; there is nothing to learn from a malformed form
  }
}

function refused(reason: string): EnrolmentAnswer {
  return { outcome: 'refused', reason }
}

function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
