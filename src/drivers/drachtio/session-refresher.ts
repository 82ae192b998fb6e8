import { GatewayError } from '../../domain/gateway-error.ts'
import type { SipDialog, SipMessageView } from '../../domain/sip.ts'
import type { Clock, Timer } from '../../lib/clock.ts'

/** A session that our side has to keep alive (RFC 4028 §7.4). */
export interface OwnRefresh {
  readonly seconds: number
  readonly method: 'INVITE' | 'UPDATE'
}

/** What a 2xx to an INVITE of ours leaves to us; undefined when the far end refreshes, or nobody has to. */
export function ownRefresh(answer: SipMessageView): OwnRefresh | undefined {
  const terms = /^\s*(\d{1,9})\b.*;\s*refresher\s*=\s*uac\b/i.exec(answer.header('session-expires') ?? '')
  if (!terms) return undefined
  const takesUpdate = answer.headers('allow').some((methods) => /\bUPDATE\b/i.test(methods))
  const seconds = Math.min(Math.max(Number(terms[1]), 1), longestSession)
  return { seconds, method: takesUpdate ? 'UPDATE' : 'INVITE' }
}

// A day: more than a timer of Node can hold is no use.
const longestSession = 86_400

type Refreshed = Pick<SipDialog, 'request' | 'offer' | 'localSdp'>

/** Of the session's time: so early that the engine never tries, and twice before it gives up (RFC 4028 §10). */
const share = 0.3

/**
 * Refreshes the session of a far end that asks for credentials. The engine, which does it everywhere else, has none; it
 * still puts the session timer's headers into the request, and ends the call when no refresh gets through.
 */
export class SessionRefresher {
  readonly #dialog: Refreshed
  readonly #refresh: OwnRefresh
  readonly #clock: Clock
  #timer: Timer | undefined
  #isStopped = false

  constructor(dialog: Refreshed, refresh: OwnRefresh, clock: Clock) {
    this.#dialog = dialog
    this.#refresh = refresh
    this.#clock = clock
  }

  start(): void {
    this.#timer = this.#clock.after(this.#refresh.seconds * share * 1_000, () => void this.#run())
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  async #run(): Promise<void> {
    try {
      await this.#send()
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      // Refused this time, such as for a re-INVITE that crossed it: the next one comes before the session is over.
    }
    if (!this.#isStopped) this.start()
  }

  async #send(): Promise<unknown> {
    const { localSdp } = this.#dialog
    // A multipart body is not said twice.
    const mayOffer = this.#refresh.method === 'INVITE' && localSdp.startsWith('v=0')
    if (!mayOffer) return await this.#dialog.request('UPDATE')
    return await this.#dialog.offer(localSdp)
  }
}
