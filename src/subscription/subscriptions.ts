import { type Aor, aor, printAor } from '../domain/aor.ts'
import type {
  IncomingRequest,
  IncomingSubscribe,
  SentSubscribe,
  SipHeaders,
  SipStack,
  SubscriptionDialog,
} from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { DialogFeed } from './dialog-feed.ts'
import { type Feed, silentFeed } from './feed.ts'
import { MessageSummaries } from './message-summaries.ts'
import type { CallBoard, Directory, Door, PbxDesk, Visitor } from './neighbours.ts'
import { OutageWatch } from './outage-watch.ts'
import { ownAnswer } from './own-answer.ts'
import { passedToPbx, passedToPhone } from './passed-headers.ts'
import { eventPackage, expiresSeconds, withoutTag } from './subscribe-facts.ts'
import { Subscription } from './subscription.ts'
import { SubscriptionList } from './subscription-list.ts'

export interface SubscriptionsParts {
  readonly stack: Pick<SipStack, 'onSubscribe' | 'subscribe'>
  readonly door: Door
  readonly directory: Directory
  readonly pbxs: PbxDesk
  readonly calls: CallBoard
  readonly clock: Clock
  readonly log: Log
  readonly limits?: SubscriptionLimits
}

export interface SubscriptionLimits {
  readonly total: number
  /** A receptionist's telephone with three expansion modules has 180 lamps. */
  readonly perPhone: number
}

interface Asked {
  readonly request: IncomingSubscribe
  readonly visitor: Extract<Visitor, { kind: 'phone' }>
  readonly resource: Aor
  readonly phone: string
}

const usualLimits: SubscriptionLimits = { total: 20_000, perPhone: 200 }

/** SUBSCRIBE of the phones: passed to their PBX while it lives, answered from what the box knows when it does not. */
export class Subscriptions implements Part {
  readonly name = 'subscriptions'
  readonly list = new SubscriptionList()
  readonly #summaries = new MessageSummaries()
  readonly #parts: SubscriptionsParts
  readonly #limits: SubscriptionLimits
  readonly #outages: OutageWatch

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts
    this.#limits = parts.limits ?? usualLimits
    this.#outages = new OutageWatch(this.list, parts.clock, parts.log)
  }

  async start(): Promise<void> {
    const { stack, calls } = this.#parts
    calls.onChange((user) => {
      for (const subscription of this.list.watching(user)) subscription.news()
    })
    stack.onSubscribe((request) => this.#onSubscribe(request))
  }

  async stop(): Promise<void> {
    this.#outages.stop()
  }

  /** The box stands in for the PBX of this domain from now on. */
  pbxIsGone(domain: string): void {
    this.#outages.pbxIsGone(domain)
  }

  /** The PBX of this domain tells a phone something unasked: of its mailbox, perhaps. */
  heard(notify: IncomingRequest, domain: string): void {
    const user = parseDialledUri(notify.uri)
    if (user?.scheme === 'tel' || !user?.user || eventPackage(notify) !== 'message-summary') return
    this.#summaries.heard(printAor(aor(user.user, domain)), notify)
  }

  async #onSubscribe(request: IncomingSubscribe): Promise<void> {
    const { door, directory, pbxs } = this.#parts
    const visitor = door.admit(request)
    if (visitor.kind === 'ignored') return
    if (visitor.kind === 'refused') return request.respond(visitor.status, { headers: visitor.headers })
    if (visitor.kind === 'other') return request.respond(489)
    const resource = directory.find(request.uri)
    // Overlays and public domains carry calls and messages, not yet the state of their users.
    if (!resource) return request.respond(404, { reason: 'Not a User of This Site' })
    const { address, port } = request.source
    const asked = { request, visitor, resource, phone: `${printAor(visitor.user)} ${address}:${port}` }
    if (this.#isFull(asked)) return request.respond(503, { headers: { 'Retry-After': '60' } })
    const proxy = pbxs.proxyOf(resource.domain, visitor.user)
    if (proxy !== undefined && (await this.#askPbx(asked, proxy))) return
    return this.#standIn(asked)
  }

  #isFull({ phone }: Asked): boolean {
    const { total, perPhone } = this.#limits
    return this.list.size + this.#outages.openQuestions >= total || this.list.countOf(phone) >= perPhone
  }

  /** False when the PBX was found to be gone over it. */
  async #askPbx(asked: Asked, proxy: string): Promise<boolean> {
    const { request, resource, visitor } = asked
    const { response, dialog } = await this.#sendOn(request, resource.domain, proxy)
    const { status, reason, body } = response
    if (dialog) {
      const expiry = response.header('expires') === undefined ? request : response
      await this.#accept(asked, expiresSeconds(expiry), dialog, passedToPhone(response))
      return true
    }
    if (response.isLocal && this.#parts.pbxs.proxyOf(resource.domain, visitor.user) === undefined)
      return false
    await request.respond(status, { reason, headers: passedToPhone(response), body })
    return true
  }

  #sendOn(request: IncomingSubscribe, domain: string, proxy: string): Promise<SentSubscribe> {
    const { stack } = this.#parts
    const from = withoutTag(request.header('from') ?? '')
    const headers = { To: withoutTag(request.header('to') ?? ''), ...passedToPbx(request) }
    return this.#outages.ask(domain, (signal) =>
      stack.subscribe(request.uri, { from, headers, body: request.body, proxy, signal }),
    )
  }

  /** The box is the notifier: for the PBX, or of its own users. */
  async #standIn(asked: Asked): Promise<void> {
    const { request, visitor, resource } = asked
    const { door, pbxs, directory } = this.#parts
    const proven = visitor.proof === 'none' ? door.prove(request, visitor.user) : visitor
    if (proven.kind === 'refused') return request.respond(proven.status, { headers: proven.headers })
    if (proven.kind !== 'phone') return request.respond(403)
    const answer = ownAnswer({
      what: eventPackage(request),
      hasPbx: pbxs.hasPbx(resource.domain),
      isOwnState: printAor(resource) === printAor(proven.user),
      isKnown: directory.isKnown(resource),
      askedSeconds: expiresSeconds(request),
      isProven: proven.proof === 'digest',
    })
    if (answer.kind === 'refused') return request.respond(answer.status, { headers: answer.headers })
    const { seconds, headers } = answer
    return this.#accept({ ...asked, visitor: proven }, seconds, undefined, headers)
  }

  async #accept(
    { request, visitor, resource, phone }: Asked,
    seconds: number,
    upstream: SubscriptionDialog | undefined,
    headers: SipHeaders,
  ): Promise<void> {
    let dialog: SubscriptionDialog
    try {
      dialog = await request.accept({ headers })
    } catch (error) {
      upstream?.close() // its NOTIFYs get 481, and so the PBX forgets it too
      throw error
    }
    const { door, pbxs, clock, log } = this.#parts
    const feed = this.#feedOf(request, resource)
    const onOver = (over: Subscription) => this.list.remove(over)
    const subscription = new Subscription(
      {
        watcher: visitor.user,
        phone,
        event: request.header('event') ?? '',
        resource: printAor(resource),
        domain: resource.domain,
        isProven: visitor.proof === 'digest' || upstream !== undefined,
      },
      { dialog, upstream, feed, door, clock, log, onOver },
    )
    this.list.add(subscription)
    subscription.begin(seconds)
    const wasQuick = upstream && pbxs.proxyOf(resource.domain, visitor.user) === undefined
    if (wasQuick) this.#outages.takeOver(subscription) // the PBX has gone since it answered
  }

  #feedOf(request: IncomingSubscribe, user: Aor): Feed {
    const { calls, directory } = this.#parts
    const name = printAor(user)
    switch (eventPackage(request)) {
      case 'dialog':
        return new DialogFeed({
          entity: request.uri.replace(/[;?].*$/, ''),
          isKnown: () => directory.isKnown(user),
          calls: () => calls.of(name),
        })
      case 'message-summary':
        return this.#summaries.feedOf(name)
      default:
        return silentFeed
    }
  }
}
