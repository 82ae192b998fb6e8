import { randomBytes, randomUUID } from 'node:crypto'
import { type AorText, parseAor } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import { grantedSeconds } from '../../domain/granted-expiry.ts'
import type { SipHeaders, SipResponseView, SipStack } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Boxed, within } from '../../lib/time-box.ts'
import { pbxUri } from '../health/pbx-uri.ts'
import type { WatchedPbx } from '../health/pbx-watch.ts'
import { outcomeOf, type PbxOutcome } from '../health/pbx-witness.ts'
import { frontContactUri } from './front-contact.ts'

/** What the box can say to a PBX in a user's name. */
export interface HomeCredentials {
  /** Whether the box has a password or an HA1 by which it can tell the user, and speak for him. */
  has(user: AorText): boolean
  /**
   * Answers the challenge of a 401 or 407; undefined when nothing that the box has fits its realm and algorithm. `use`
   * counts the requests that its nonce has served, this one included.
   */
  answer(
    user: AorText,
    challenge: SipResponseView,
    request: { readonly method: string; readonly uri: string; readonly use: number },
  ): SipHeaders | undefined
}

export interface LedRegistrationParts {
  readonly stack: Pick<SipStack, 'request' | 'localHostPort'>
  readonly credentials: HomeCredentials
  /** Waits until one more REGISTER may go to the PBX; undefined when too many wait. */
  readonly turn: () => Promise<void> | undefined
  readonly clock: Clock
}

export type LedOutcome =
  /** The PBX knows the phone until then (milliseconds since the Unix epoch). */
  | { readonly kind: 'home'; readonly until: number }
  /** The box cannot speak for this user: his phone must do it. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed'; readonly outcome: PbxOutcome }

const answerWithinMs = 4_000
/** The PBX hears of the phone again within this; the phone itself, which was granted less, is answered by the box until then. */
const askedSeconds = 600
/** A PBX that takes each nonce once only makes it useless to try an old one first. */
const mostVainUses = 3

/**
 * Registers phones of one PBX in their place. The nonce of one challenge is used for as many of them as the PBX likes
 * (RFC 7616 §3.6: it belongs to the realm), so that most of them cost the PBX one request only.
 */
export class LedRegistration {
  readonly #parts: LedRegistrationParts
  #challenge: SipResponseView | undefined
  #uses = 0
  #vainUses = 0

  constructor(parts: LedRegistrationParts) {
    this.#parts = parts
  }

  /** Sends one REGISTER at once, and a second one in its turn when the PBX asks who it is. */
  async register(pbx: WatchedPbx, binding: Binding): Promise<LedOutcome> {
    const { credentials } = this.#parts
    const request = newRequest(pbx, binding, this.#parts.stack)
    const early = this.#earlyCredentials(binding.aor, request)
    const first = await this.#send(request, 1, early)
    if (first.kind !== 'value' || !isChallenge(first.value))
      return outcomeFor(first, request, this.#parts.clock)
    this.#noteChallenge(first.value, early !== undefined)
    const answer = credentials.answer(binding.aor, first.value, { ...request, use: 1 })
    const turn = answer && this.#parts.turn()
    if (!answer) return { kind: 'refused', status: first.value.status }
    if (!turn) return { kind: 'failed', outcome: 'unsent' }
    await turn
    const second = await this.#send(request, 2, answer)
    return outcomeFor(second, request, this.#parts.clock)
  }

  #earlyCredentials(user: AorText, request: LedRequest): SipHeaders | undefined {
    if (!this.#challenge || this.#vainUses >= mostVainUses) return undefined
    const { credentials } = this.#parts
    return credentials.answer(user, this.#challenge, { ...request, use: ++this.#uses })
  }

  #noteChallenge(challenge: SipResponseView, wasEarly: boolean): void {
    if (wasEarly) this.#vainUses++
    this.#challenge = challenge
    this.#uses = 1
  }

  async #send(
    { method, uri, headers, proxy }: LedRequest,
    cseq: number,
    credentials: SipHeaders | undefined,
  ): Promise<Boxed<SipResponseView>> {
    const { stack, clock } = this.#parts
    return within(answerWithinMs, clock, (signal) =>
      stack.request(method, uri, {
        headers: { ...headers, CSeq: `${cseq} ${method}`, ...credentials },
        proxy,
        signal,
      }),
    )
  }
}

interface LedRequest {
  readonly method: 'REGISTER'
  readonly uri: string
  readonly contact: string
  readonly headers: SipHeaders
  readonly proxy: string
}

function newRequest(
  pbx: WatchedPbx,
  { aor, contact }: Binding,
  stack: Pick<SipStack, 'localHostPort'>,
): LedRequest {
  const hostPort = stack.localHostPort(pbx.transport) ?? 'localhost'
  const front = frontContactUri(contact, parseAor(aor)?.user ?? '', { hostPort, transport: pbx.transport })
  return {
    method: 'REGISTER',
    uri: `sip:${pbx.domain}`,
    contact: front,
    headers: {
      From: `<${aor}>;tag=${randomBytes(8).toString('hex')}`,
      To: `<${aor}>`,
      Contact: `<${front}>`,
      Expires: String(askedSeconds),
      // A Call-ID of our own leaves the phone's own order of registrations alone (RFC 3261 §10.3 step 7).
      'Call-ID': randomUUID(),
    },
    proxy: pbxUri(pbx),
  }
}

function outcomeFor(answer: Boxed<SipResponseView>, { contact }: LedRequest, clock: Clock): LedOutcome {
  if (answer.kind !== 'value' || answer.value.isLocal) return { kind: 'failed', outcome: outcomeOf(answer) }
  const { status } = answer.value
  if (status >= 200 && status < 300) {
    const seconds = grantedSeconds(answer.value, contact) ?? askedSeconds
    return { kind: 'home', until: clock.now() + seconds * 1_000 }
  }
  if (status >= 500 || status === 408) return { kind: 'failed', outcome: outcomeOf(answer) }
  return { kind: 'refused', status }
}

function isChallenge({ status, isLocal }: SipResponseView): boolean {
  return !isLocal && (status === 401 || status === 407)
}
