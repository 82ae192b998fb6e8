import { newTag } from '../../src/engine/message/identifiers.ts'
import type { SipRequest } from '../../src/engine/message/message.ts'
import { parseUri } from '../../src/engine/message/uri.ts'
import { Dialog } from './sip/dialog.ts'
import { DigestServer } from './sip/digest-server.ts'
import { remoteOf } from './sip/remote.ts'
import type { Arrival, SipEndpoint } from './sip/sip-endpoint.ts'

/** A subscription as the PBX keeps it. */
export interface ServedSubscription {
  readonly watcher: string
  readonly resource: string
  readonly event: string
  readonly dialog: Dialog
  /** Seconds that were asked for last. */
  expires: number
  refreshes: number
}

/** The notifier of a tiny PBX (RFC 6665): challenges every SUBSCRIBE and sends what the test tells it to. */
export class TinyNotifier {
  readonly subscriptions: ServedSubscription[] = []
  readonly #digest: DigestServer
  #endpoint: SipEndpoint | undefined

  constructor(realm: string, users: Readonly<Record<string, string>>) {
    this.#digest = new DigestServer(realm, (user) => users[user])
  }

  /** Takes a SUBSCRIBE; false when the request is not its business. */
  take(arrival: Arrival, endpoint: SipEndpoint): boolean {
    const { request } = arrival
    if (request.method !== 'SUBSCRIBE') return false
    this.#endpoint = endpoint
    const watcher = this.#digest.check(arrival, 401)
    if (watcher === undefined) return true
    const known = this.subscriptions.find(({ dialog }) => dialog.isFor(request))
    if (known) this.#refresh(known, arrival)
    else if (request.to.tag === undefined) this.#accept(watcher, arrival)
    else arrival.reply(481)
    return true
  }

  /** Tells everybody who watches this user; resolves to the statuses that came back. */
  async notify(resource: string, body: string, state = 'active'): Promise<number[]> {
    const watching = this.subscriptions.filter((one) => one.resource === resource)
    return Promise.all(watching.map((one) => this.#send(one, body, state)))
  }

  #accept(watcher: string, arrival: Arrival): void {
    const { request } = arrival
    const toTag = newTag()
    const served = {
      watcher,
      resource: parseUri(request.uri).user ?? '',
      event: request.get('event') ?? '',
      dialog: Dialog.ofCallee(request, toTag),
      expires: secondsOf(request),
      refreshes: 0,
    }
    this.subscriptions.push(served)
    this.#answer(arrival, served.expires, toTag)
  }

  #refresh(served: ServedSubscription, arrival: Arrival): void {
    served.expires = secondsOf(arrival.request)
    served.refreshes++
    this.#answer(arrival, served.expires, served.dialog.localTag)
    if (served.expires === 0) void this.#send(served, '', 'terminated;reason=timeout')
  }

  #answer(arrival: Arrival, expires: number, toTag: string): void {
    const headers = { Expires: String(expires), Contact: `<sip:pbx@${this.#endpoint?.hostPort}>` }
    arrival.reply(200, { headers, toTag })
  }

  #send({ dialog, event }: ServedSubscription, body: string, state: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>()
    const notify = dialog.request('NOTIFY')
    notify.append('Event', event)
    notify.append('Subscription-State', state)
    notify.append('Contact', `<sip:pbx@${this.#endpoint?.hostPort}>`)
    if (body !== '') notify.append('Content-Type', 'application/dialog-info+xml')
    notify.body = Buffer.from(body)
    this.#endpoint?.send(notify, remoteOf(dialog.nextHop, 'udp'), {
      onResponse: ({ status }) => resolve(status),
      onTimeout: () => resolve(408),
    })
    return promise
  }
}

function secondsOf(request: SipRequest): number {
  return Number(request.get('expires') ?? 3_600)
}
