import { randomUUID } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import type { HeaderLine, SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import type { TransactionLayer } from '../transaction/transaction-user.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import { isSdp, sdpContentType } from './app-headers.ts'
import type { Leg } from './leg.ts'
import type { LegRelease } from './leg-release.ts'
import { givenUpAfter, type SessionTerms, sessionExpires, sessionTermsOf } from './session-refresh.ts'

export interface SessionTimerParts {
  readonly layer: TransactionLayer
  readonly release: LegRelease
  readonly acknowledgements: Acknowledgements
  readonly clock: Clock
}

/** RFC 3261 §14.1: how long to wait when two requests have crossed. */
const afterGlareMs = 2_100

/**
 * Keeps sessions alive, and ends those that nobody refreshes, once a 2xx has agreed on it (RFC 4028). Applications ask
 * for it by Session-Expires in their INVITE or 2xx, and need do nothing after that.
 */
export class SessionTimers {
  readonly #parts: SessionTimerParts

  constructor(parts: SessionTimerParts) {
    this.#parts = parts
  }

  /** A 2xx to an INVITE or UPDATE, whose sender we are as `role` says: it settles how the session goes on (§7.2, §9). */
  agreed(leg: Leg, request: SipRequest, response: SipResponse, role: 'uac' | 'uas'): void {
    const [ours, theirs] = role === 'uac' ? [request, response] : [response, request]
    leg.sessionTimer?.cancel()
    leg.sessionTimer = undefined
    const terms = sessionTermsOf(response)
    leg.sessionSeconds = terms?.seconds
    if (!terms) return
    if (theirs.has('allow')) leg.takesUpdate = takesUpdate(theirs)
    remember(leg, ours)
    this.#wind(leg, terms, role)
  }

  /** A session description that goes ahead of the 2xx, when the caller wants a timer. */
  describe(leg: Leg, invite: SipRequest, provisional: SipResponse): void {
    if (sessionTermsOf(invite)) remember(leg, provisional)
  }

  #wind(leg: Leg, { seconds, refresher = 'uac' }: SessionTerms, role: 'uac' | 'uas'): void {
    const { clock } = this.#parts
    const lastsUntil = clock.now() + givenUpAfter(seconds) * 1_000
    leg.isRefreshedByUs = refresher === role
    leg.sessionTimer = leg.isRefreshedByUs
      ? clock.after(seconds * 500, () => this.#refresh(leg, seconds, lastsUntil))
      : clock.after(givenUpAfter(seconds) * 1_000, () => this.#giveUp(leg))
  }

  /** §7.4: by UPDATE where the far end takes it, else by an INVITE with the session description as it was. */
  #refresh(leg: Leg, seconds: number, lastsUntil: number): void {
    if (leg.state === 'ended') return
    const isBusy = leg.inviting !== undefined || leg.pendingInvite !== undefined || leg.answer !== undefined
    if (isBusy || leg.unacknowledged !== undefined || leg.updating !== undefined) {
      this.#again(leg, seconds, lastsUntil)
      return
    }
    const method = leg.takesUpdate || !leg.sessionDescription ? 'UPDATE' : 'INVITE'
    const { request, nextHop } = refreshOf(leg, method, seconds)
    // Until its answer the session may run out.
    this.#giveUpAt(leg, lastsUntil)
    const name = randomUUID()
    if (method === 'INVITE') leg.inviting = name
    const done = (): boolean => {
      if (leg.inviting === name) leg.inviting = undefined
      return leg.state !== 'ended'
    }
    const client = this.#parts.layer.request(
      request,
      { kind: 'uri', uri: nextHop },
      {
        onResponse: (response) => {
          if (response.status < 200) return
          if (done()) this.#answered(leg, request, response, lastsUntil)
          client.abandon()
        },
        // What cannot be reached may come back until the session runs out.
        onFailure: () => done() && this.#again(leg, seconds, lastsUntil),
      },
    )
  }

  #answered(leg: Leg, request: SipRequest, response: SipResponse, lastsUntil: number): void {
    const { release, acknowledgements } = this.#parts
    const { status } = response
    const seconds = leg.sessionSeconds ?? 0
    if (status < 300) {
      leg.refreshTarget(response)
      if (request.method === 'INVITE') acknowledgements.acknowledge(leg, request)
      this.agreed(leg, request, response, 'uac')
    } else if (status === 481 || status === 408) {
      release.bye(leg, `SIP;cause=${status};text="Session lost: ${response.reason}"`, 'session-expired')
    } else if (status === 422) {
      // §7.4: what the far end asks for is tried at once.
      const least = Number(response.get('min-se')?.split(';')[0])
      if (least > seconds) this.#refresh(leg, least, lastsUntil)
      else this.#again(leg, seconds, lastsUntil)
    } else {
      if (status === 405 || status === 501) leg.takesUpdate = false
      this.#again(leg, seconds, lastsUntil)
    }
  }

  /** Tries once more in a moment, if the session lasts that long. */
  #again(leg: Leg, seconds: number, lastsUntil: number): void {
    const { clock } = this.#parts
    leg.sessionTimer?.cancel()
    if (clock.now() + afterGlareMs >= lastsUntil) this.#giveUpAt(leg, lastsUntil)
    else leg.sessionTimer = clock.after(afterGlareMs, () => this.#refresh(leg, seconds, lastsUntil))
  }

  #giveUpAt(leg: Leg, time: number): void {
    const { clock } = this.#parts
    leg.sessionTimer?.cancel()
    leg.sessionTimer = clock.after(Math.max(0, time - clock.now()), () => this.#giveUp(leg))
  }

  /** §10: the far end is gone, or does not refresh as it said it would. */
  #giveUp(leg: Leg): void {
    this.#parts.release.bye(leg, 'SIP;cause=200;text="Session timer expired"', 'session-expired')
  }
}

function refreshOf(leg: Leg, method: 'UPDATE' | 'INVITE', seconds: number): ReturnType<Leg['newRequest']> {
  const headers: HeaderLine[] = sessionExpires(seconds, 'uac')
  if (leg.localContact !== undefined)
    headers.push({ name: 'Contact', key: 'contact', value: leg.localContact })
  if (method === 'UPDATE') return leg.newRequest(method, headers)
  return leg.newRequest(method, [...headers, sdpContentType], leg.sessionDescription)
}

/** Frames share their memory with others: what is kept for long is copied. */
function remember(leg: Leg, { body }: SipMessage): void {
  if (isSdp(body)) leg.sessionDescription = Buffer.from(body)
}

const takesUpdate = (message: SipMessage): boolean =>
  message.values('allow').some((method) => method.trim().toUpperCase() === 'UPDATE')
