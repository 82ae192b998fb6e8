import type { Aor, AorText } from '../domain/aor.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { IncomingRequest, SipResponseView, SubscriptionDialog } from '../domain/sip.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Feed, silentFeed } from './feed.ts'
import type { Door } from './neighbours.ts'
import { readNotifyAnswer } from './notify-answer.ts'
import { NotifyPace } from './notify-pace.ts'
import { tooBrief } from './own-answer.ts'
import { passedOfNotify, passedToPbx, passedToPhone } from './passed-headers.ts'
import { expiresSeconds, grantedSeconds, isTerminated } from './subscribe-facts.ts'
import {
  nextSubscription,
  type SubscriptionAction,
  type SubscriptionEvent,
  type SubscriptionState,
} from './subscription-state.ts'

export interface SubscriptionFacts {
  readonly watcher: Aor
  /** Which of his phones. */
  readonly phone: string
  /** Event header of its SUBSCRIBE; NOTIFYs carry the same. */
  readonly event: string
  readonly resource: AorText
  readonly domain: string
  /** A digest was checked, by the PBX or here; else each refresh has to be let in. */
  readonly isProven: boolean
}

export interface SubscriptionParts {
  readonly dialog: SubscriptionDialog
  /** The PBX's side; undefined when the box is the notifier from the start. */
  readonly upstream?: SubscriptionDialog | undefined
  readonly feed: Feed
  readonly door: Pick<Door, 'admit'>
  readonly clock: Clock
  readonly log: Log
  onOver(subscription: Subscription): void
}

/** RFC 6665 asks no more often; a lamp need not be quicker. */
const notifyEveryMs = 200
/** 64·T1: the PBX's last NOTIFY may be on its way still. */
const lingerMs = 32_000

/** One phone's subscription in a dialog that the box owns, whoever the notifier is. */
export class Subscription {
  readonly facts: SubscriptionFacts
  readonly #parts: SubscriptionParts
  readonly #pace: NotifyPace
  readonly #pbxLost = Promise.withResolvers<undefined>()
  #state: SubscriptionState
  #expiresAt = 0
  #expiry: Timer | undefined

  constructor(facts: SubscriptionFacts, parts: SubscriptionParts) {
    this.facts = facts
    this.#parts = parts
    this.#state = { name: parts.upstream ? 'relayed' : 'fed' }
    this.#pace = new NotifyPace(parts.clock, notifyEveryMs, () => this.#tellState())
  }

  get isFed(): boolean {
    return this.#state.name === 'fed'
  }

  /** The SUBSCRIBE has been answered with so many seconds; none for a look at the present state. */
  begin(seconds: number): void {
    const { dialog, upstream } = this.#parts
    this.#renew(seconds)
    dialog.onRequest((request) => this.#attend(request, this.#onPhone(request)))
    dialog.onEnd(() => this.#on({ type: 'untold' }))
    upstream?.onRequest((request) => this.#attend(request, this.#onPbx(request)))
    upstream?.onEnd(() => this.pbxIsGone())
    this.#on({ type: seconds === 0 ? 'unsubscribed' : 'refreshed' })
  }

  pbxIsGone(): void {
    this.#on({ type: 'pbx-lost' })
  }

  /** What the box knows of the resource has changed, or is to be told for the first time. */
  news(): void {
    this.#on({ type: 'news' })
  }

  /** The PBX is in charge again: the phone shall subscribe anew. */
  callHome(): void {
    this.#on({ type: 'called-home' })
  }

  #on(event: SubscriptionEvent): void {
    const { state, actions } = nextSubscription(this.#state, event)
    this.#state = state
    for (const action of actions) this.#do(action)
  }

  #do(action: SubscriptionAction): void {
    switch (action) {
      case 'tell-state':
        this.#pace.want()
        break
      case 'tell-news':
        if (this.#parts.feed.hasNews) this.#pace.want()
        break
      case 'tell-deactivated':
        this.#tellEnd('deactivated')
        break
      case 'tell-timeout':
        this.#tellEnd('timeout')
        break
      case 'leave-pbx':
        this.#leavePbx()
        break
      case 'forget':
        this.#forget()
    }
  }

  async #onPhone(request: IncomingRequest): Promise<void> {
    if (request.method !== 'SUBSCRIBE') return request.respond(405, { headers: { Allow: 'SUBSCRIBE' } })
    if (this.#state.name === 'relayed' && (await this.#refreshAtPbx(request))) return
    if (this.#state.name === 'over') return request.respond(481)
    return this.#refreshHere(request)
  }

  /** False when the PBX is found to be gone over it. */
  async #refreshAtPbx(request: IncomingRequest): Promise<boolean> {
    const options = { headers: passedToPbx(request), body: request.body }
    const answer = this.#parts.upstream?.request('SUBSCRIBE', options)
    const response = await Promise.race([answer, this.#pbxLost.promise])
    if (response?.isLocal) this.pbxIsGone() // it has not answered
    if (!response || this.#state.name !== 'relayed') return false
    const { status, reason, body } = response
    if (status < 300)
      this.#renew(expiresSeconds(response.header('expires') === undefined ? request : response))
    if (status === 481) this.#on({ type: 'pbx-ended' })
    await request.respond(status, { reason, headers: passedToPhone(response), body })
    return true
  }

  async #refreshHere(request: IncomingRequest): Promise<void> {
    const { door, feed } = this.#parts
    const visitor = this.facts.isProven ? undefined : door.admit(request)
    if (visitor?.kind === 'ignored') return
    if (visitor?.kind === 'refused') return request.respond(visitor.status, { headers: visitor.headers })
    // An order that only the PBX can carry out, as phones give in as-feature-event.
    if (feed === silentFeed && request.body !== '') return request.respond(480)
    const seconds = grantedSeconds(expiresSeconds(request), this.facts.isProven)
    if (seconds === undefined) return request.respond(tooBrief.status, { headers: tooBrief.headers })
    await request.respond(200, { headers: { Expires: String(seconds) } })
    this.#renew(seconds)
    this.#on({ type: seconds === 0 ? 'unsubscribed' : 'refreshed' })
  }

  async #onPbx(notify: IncomingRequest): Promise<void> {
    if (notify.method !== 'NOTIFY') return notify.respond(405, { headers: { Allow: 'NOTIFY' } })
    if (this.#state.name !== 'relayed') return notify.respond(481)
    const { dialog, feed } = this.#parts
    feed.heard(notify)
    const response = await dialog.request('NOTIFY', { headers: passedOfNotify(notify), body: notify.body })
    const isGone = readNotifyAnswer(response).kind === 'gone'
    if (isTerminated(notify)) this.#on({ type: 'pbx-ended' })
    else if (isGone) this.#on({ type: 'untold' })
    await notify.respond(isGone ? 481 : response.status, isGone ? {} : { headers: passedToPhone(response) })
  }

  /** Resolves to the milliseconds that the phone wants to be left alone. */
  async #tellState(): Promise<number> {
    const seconds = Math.max(0, Math.ceil((this.#expiresAt - this.#parts.clock.now()) / 1_000))
    const answer = readNotifyAnswer(await this.#notify(`active;expires=${seconds}`))
    if (answer.kind === 'gone') this.#on({ type: 'untold' })
    return answer.kind === 'not-now' ? answer.restMs : 0
  }

  /** What comes of it changes nothing any more. */
  #tellEnd(reason: string): void {
    void this.#notify(`terminated;reason=${reason}`)
  }

  #notify(subscriptionState: string): Promise<SipResponseView> {
    const document = this.#parts.feed.next()
    return this.#parts.dialog.request('NOTIFY', {
      headers: {
        Event: this.facts.event,
        'Subscription-State': subscriptionState,
        ...(document && { 'Content-Type': document.contentType }),
      },
      body: document?.body ?? '',
    })
  }

  #leavePbx(): void {
    this.#parts.upstream?.close()
    this.#pbxLost.resolve(undefined)
    if (this.#state.name === 'fed') this.#watchExpiry()
  }

  #renew(seconds: number): void {
    this.#expiresAt = this.#parts.clock.now() + seconds * 1_000
    this.#watchExpiry()
  }

  #watchExpiry(): void {
    const { clock } = this.#parts
    this.#expiry?.cancel()
    if (this.#state.name === 'over') return
    const leftMs = this.#expiresAt - clock.now() + (this.isFed ? 0 : lingerMs)
    this.#expiry = clock.after(Math.max(0, leftMs), () => this.#on({ type: 'expired' }))
  }

  #forget(): void {
    this.#expiry?.cancel()
    this.#pace.stop()
    this.#parts.dialog.close()
    this.#parts.onOver(this)
  }

  /** A request is answered whatever happens. */
  #attend(request: IncomingRequest, work: Promise<void>): void {
    work.catch(async (error: unknown) => {
      const { log } = this.#parts
      if (error instanceof GatewayError) {
        log.debug({ method: request.method, error: error.message }, 'answer in a subscription came too late')
        return
      }
      log.error({ method: request.method, error: String(error) }, 'request in a subscription failed')
      await request.respond(500).catch(() => undefined) // it was answered, or is gone
    })
  }
}
