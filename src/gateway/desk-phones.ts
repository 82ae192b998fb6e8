import { type Aor, printAor } from '../domain/aor.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { OutgoingOptions, SipResponseView } from '../domain/sip.ts'
import type { LegPreparer } from '../edge/legs/prepared-leg.ts'
import type { Router } from '../edge/neighbours.ts'
import type { DeskPhones } from '../emergency/desk-messages.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

export interface RoutedDeskPhonesParts {
  readonly stack: {
    request(method: string, uri: string, options?: OutgoingOptions): Promise<SipResponseView>
  }
  readonly router: Router
  readonly legs: LegPreparer
  /** Who the message is from: a SIP URI. */
  readonly from: string
  readonly clock: Clock
  readonly log: Log
}

const mostPhones = 10

/** Sends messages to the phones of a user, wherever a call to him would ring; never outside. */
export class RoutedDeskPhones implements DeskPhones {
  readonly #parts: RoutedDeskPhonesParts

  constructor(parts: RoutedDeskPhonesParts) {
    this.#parts = parts
  }

  async deliver(user: Aor, text: string, signal: AbortSignal): Promise<boolean> {
    const { router, from, clock } = this.#parts
    const question: CallQuestion = {
      callId: 'desk',
      source: 'domain',
      sourceLabel: 'desk',
      caller: undefined,
      callerIsAuthenticated: false,
      from,
      requestUri: printAor(user),
      at: clock.now(),
    }
    const { plan } = await router.route(question)
    if (plan.kind === 'refuse') return false
    const inside = plan.targets
      .filter(({ outsideNumber }) => outsideNumber === undefined)
      .slice(0, mostPhones)
    const taken = await Promise.all(inside.map((target) => this.#send(target, question, text, signal)))
    return taken.includes(true)
  }

  async #send(
    target: RouteTarget,
    question: CallQuestion,
    text: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { stack, legs, log } = this.#parts
    try {
      const leg = await legs.prepare(target, question, 'Emergency')
      try {
        const { uri, from, to, proxy, account } = leg
        const { status } = await stack.request('MESSAGE', uri, {
          headers: {
            From: from,
            ...(to && { To: to }),
            'Content-Type': 'text/plain;charset=UTF-8',
            Priority: 'emergency',
            ...leg.headers,
          },
          body: text,
          signal,
          ...(proxy && { proxy }),
          ...(account && { account }),
        })
        return status < 300
      } finally {
        leg.release()
      }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      log.debug({ target: target.label, error: error.message }, 'message for the desk not sent')
      return false
    }
  }
}
