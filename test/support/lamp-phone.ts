import { newCallId, newTag } from '../../src/engine/message/identifiers.ts'
import { SipRequest, type SipResponse } from '../../src/engine/message/message.ts'
import type { Part } from '../../src/lib/part.ts'
import { Dialog } from './sip/dialog.ts'
import { answerChallenge, type Credentials } from './sip/digest-client.ts'
import { type Remote, remoteOf } from './sip/remote.ts'
import { type Arrival, SipEndpoint } from './sip/sip-endpoint.ts'

export interface LampPhoneOptions {
  /** `201@pbx.example` */
  readonly aor: string
  readonly password: string
  readonly server: { readonly host: string; readonly port: number }
}

/** The same telephone as a `SipPhone` of that user. */
const userAgent = 'test phone'

/** A NOTIFY as it came. */
export interface Notice {
  /** Subscription-State header. */
  readonly state: string
  readonly body: string
}

/** A phone whose keys show what others do: it subscribes, and keeps what it is told. */
export class LampPhone implements Part {
  readonly name: string
  readonly endpoint: SipEndpoint
  readonly lamps: Lamp[] = []
  readonly #options: LampPhoneOptions

  constructor(options: LampPhoneOptions) {
    this.name = `lamps of ${options.aor}`
    this.#options = options
    const onArrival = (arrival: Arrival) => this.#arrivedAt(arrival)
    this.endpoint = new SipEndpoint({ transport: 'udp', address: '127.0.0.1', port: 0, onArrival })
  }

  start(): Promise<void> {
    return this.endpoint.start()
  }

  stop(): Promise<void> {
    return this.endpoint.stop()
  }

  /** Subscribes and answers one challenge. The lamp says what came of it. */
  async watch(user: string, { event = 'dialog', expires = 600 } = {}): Promise<Lamp> {
    const { aor, server } = this.#options
    const uri = `sip:${user}@${aor.split('@')[1]}`
    const request = new SipRequest('SUBSCRIBE', uri, [
      ['From', `<sip:${aor}>;tag=${newTag()}`],
      ['To', `<${uri}>`],
      ['Call-ID', newCallId()],
      ['CSeq', '1 SUBSCRIBE'],
      ['Max-Forwards', '70'],
      ['User-Agent', userAgent],
      ['Contact', `<sip:${aor.split('@')[0]}@${this.endpoint.hostPort}>`],
      ['Event', event],
      ['Expires', String(expires)],
    ])
    const lamp = new Lamp(request)
    this.lamps.push(lamp)
    const to = { transport: 'udp', address: server.host, port: server.port } as const
    const response = await this.ask(request, to)
    lamp.status = response.status
    if (response.status < 300) lamp.dialog = Dialog.ofCaller(request, response)
    return lamp
  }

  /** Refreshes a lamp in its dialog; 0 ends it. */
  async refresh({ dialog, event }: Lamp, expires: number): Promise<SipResponse> {
    if (!dialog) throw new Error('there is no subscription to refresh')
    const request = dialog.request('SUBSCRIBE')
    request.append('Contact', `<sip:lamp@${this.endpoint.hostPort}>`)
    request.append('User-Agent', userAgent)
    request.append('Event', event)
    request.append('Expires', String(expires))
    return this.ask(request, remoteOf(dialog.nextHop, 'udp'), dialog)
  }

  async ask(request: SipRequest, to: Remote, dialog?: Dialog): Promise<SipResponse> {
    const first = await this.#send(request.clone(), to)
    const [username = ''] = this.#options.aor.split('@')
    const credentials: Credentials = { username, password: this.#options.password }
    if (first.status !== 401 && first.status !== 407) return first
    const cseq = dialog ? dialog.request('SUBSCRIBE').cseq.number : request.cseq.number + 1
    request.set('CSeq', `${cseq} SUBSCRIBE`)
    if (!answerChallenge(request, first, credentials)) return first
    const second = await this.#send(request.clone(), to)
    // A phone that meets the box's challenge after the PBX's, or the other way round, answers that too.
    if (second.status !== 401 && second.status !== 407) return second
    request.set('CSeq', `${cseq + 1} SUBSCRIBE`)
    return answerChallenge(request, second, credentials) ? this.#send(request, to) : second
  }

  #send(request: SipRequest, to: Remote): Promise<SipResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<SipResponse>()
    this.endpoint.send(request, to, {
      onResponse: (response) => {
        if (response.status >= 200) resolve(response)
      },
      onTimeout: () => reject(new Error(`no answer to ${request.method} ${request.uri}`)),
    })
    return promise
  }

  #arrivedAt(arrival: Arrival): void {
    const { request } = arrival
    const lamp = this.lamps.find((one) => one.isFor(request))
    if (request.method !== 'NOTIFY' || !lamp) {
      arrival.reply(481)
      return
    }
    lamp.notices.push({ state: request.get('subscription-state') ?? '', body: request.body.toString() })
    arrival.reply(200)
  }
}

/** One key of the phone: a subscription in one dialog. */
export class Lamp {
  readonly notices: Notice[] = []
  readonly event: string
  /** Final status of its SUBSCRIBE. */
  status = 0
  dialog: Dialog | undefined
  readonly #callId: string
  readonly #tag: string | undefined

  constructor(subscribe: SipRequest) {
    this.#callId = subscribe.callId
    this.#tag = subscribe.from.tag
    this.event = subscribe.get('event') ?? ''
  }

  /** A NOTIFY may come before the answer to SUBSCRIBE. */
  isFor(request: SipRequest): boolean {
    return request.callId === this.#callId && request.to.tag === this.#tag
  }

  /** What it was told last. */
  get last(): Notice | undefined {
    return this.notices.at(-1)
  }

  /** Versions of the dialog-info documents, in order. */
  get versions(): number[] {
    return this.notices.flatMap(({ body }) => {
      const version = /\bversion="(\d+)"/.exec(body)?.[1]
      return version === undefined ? [] : [Number(version)]
    })
  }

  /** What it shows: the state of the one call that is not over. */
  get shows(): string {
    return /<state>(trying|early|confirmed)<\/state>/.exec(this.last?.body ?? '')?.[1] ?? 'idle'
  }
}
