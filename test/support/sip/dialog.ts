import { SipRequest, type SipResponse } from '../../../src/engine/message/message.ts'
import { parseUri } from '../../../src/engine/message/uri.ts'

/** One dialog as a user agent keeps it (RFC 3261 §12), for test phones. */
export class Dialog {
  readonly callId: string
  readonly localTag: string
  readonly #local: string
  readonly #remote: string
  readonly #routes: readonly string[]
  #remoteTarget: string
  #cseq: number

  private constructor(
    callId: string,
    localTag: string,
    parts: [local: string, remote: string],
    routes: readonly string[],
    target: string,
    cseq: number,
  ) {
    this.callId = callId
    this.localTag = localTag
    this.#local = parts[0]
    this.#remote = parts[1]
    this.#routes = routes
    this.#remoteTarget = target
    this.#cseq = cseq
  }

  static ofCaller(invite: SipRequest, response: SipResponse): Dialog {
    return new Dialog(
      invite.callId,
      invite.from.tag ?? '',
      [invite.get('from') ?? '', response.get('to') ?? ''],
      response.values('record-route').reverse(),
      response.contacts[0]?.uri ?? invite.uri,
      invite.cseq.number,
    )
  }

  static ofCallee(invite: SipRequest, toTag: string): Dialog {
    return new Dialog(
      invite.callId,
      toTag,
      [`${invite.get('to')};tag=${toTag}`, invite.get('from') ?? ''],
      invite.values('record-route'),
      invite.contacts[0]?.uri ?? invite.from.uri,
      1,
    )
  }

  get remoteTarget(): string {
    return this.#remoteTarget
  }

  /** A target refresh (RFC 3261 §12.2). */
  refresh(contact: string | undefined): void {
    if (contact) this.#remoteTarget = contact
  }

  /** The next request; `cseq` repeats one, for ACK. */
  request(method: string, cseq?: number): SipRequest {
    if (cseq === undefined) this.#cseq++
    const request = new SipRequest(method, this.#remoteTarget)
    for (const route of this.#routes) request.append('Route', route)
    request.append('From', this.#local)
    request.append('To', this.#remote)
    request.append('Call-ID', this.callId)
    request.append('CSeq', `${cseq ?? this.#cseq} ${method}`)
    request.append('Max-Forwards', '70')
    return request
  }

  /** The URI that the next request is sent to: the first route, which must be loose, else the far end itself. */
  get nextHop(): string {
    const [first] = this.#routes
    if (first === undefined) return this.#remoteTarget
    const uri = first.replace(/^.*<|>.*$/g, '')
    if (!parseUri(uri).params.has('lr')) throw new Error(`test phones know loose routes only, not ${uri}`)
    return uri
  }

  isFor(request: SipRequest): boolean {
    return request.callId === this.callId && request.to.tag === this.localTag
  }
}
