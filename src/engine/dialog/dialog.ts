import type { HeaderLine, SipMessage } from '../message/message.ts'
import { SipRequest } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import { flowTargetFor } from './flow-target.ts'
import { applyRouteSet, type RouteSet } from './route-set.ts'

export type DialogState = 'early' | 'confirmed' | 'ended'

export interface DialogSpec {
  readonly id: string
  /** The method that made it: INVITE or SUBSCRIBE. */
  readonly usage: string
  readonly isUac: boolean
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** The value of our From, tag included. */
  readonly localParty: string
  /** The value of our To, tag included. */
  readonly remoteParty: string
  readonly routeSet: RouteSet
  /** The far end's Contact URI. */
  readonly remoteTarget: string
  /** The value of our Contact. */
  readonly localContact: string | undefined
  readonly localSequence: number
  readonly remoteSequence: number | undefined
}

/** The name under which applications know a dialog; `fromTag` is that of the request that made it. */
export const dialogIdOf = (callId: string, fromTag: string): string => `${callId};from-tag=${fromTag}`

/** The state of RFC 3261 §12, and the requests that are made from it. */
export class Dialog {
  readonly id: string
  readonly usage: string
  readonly isUac: boolean
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly localParty: string
  readonly remoteParty: string
  state: DialogState = 'early'
  remoteTarget: string
  localContact: string | undefined
  routeSet: RouteSet
  localSequence: number
  remoteSequence: number | undefined
  /** What the far end's last message came by. */
  flow: Flow | undefined

  constructor(spec: DialogSpec) {
    this.id = spec.id
    this.usage = spec.usage
    this.isUac = spec.isUac
    this.callId = spec.callId
    this.localTag = spec.localTag
    this.remoteTag = spec.remoteTag
    this.localParty = spec.localParty
    this.remoteParty = spec.remoteParty
    this.routeSet = spec.routeSet
    this.remoteTarget = spec.remoteTarget
    this.localContact = spec.localContact
    this.localSequence = spec.localSequence
    this.remoteSequence = spec.remoteSequence
  }

  /** A request inside the dialog with the next sequence number, and the URI to send it to (§12.2.1.1). */
  newRequest(method: string, headers: readonly HeaderLine[] = [], body?: Buffer): DialogRequest {
    this.localSequence++
    return this.#request(method, this.localSequence, headers, body)
  }

  /** The ACK for a 2xx, which carries the number of its INVITE (§13.2.2.4). */
  newAck(inviteSequence: number, headers: readonly HeaderLine[] = [], body?: Buffer): DialogRequest {
    return this.#request('ACK', inviteSequence, headers, body)
  }

  /** §12.2.2: false for a request that is older than one already seen. */
  acceptsSequence(number: number): boolean {
    if (this.remoteSequence !== undefined && number < this.remoteSequence) return false
    this.remoteSequence = number
    return true
  }

  /** §12.2: target refresh requests and their responses move the remote target. */
  refreshTarget(message: SipMessage): void {
    this.remoteTarget = targetFrom(message, this.remoteTarget)
  }

  /** §12.2.1.1; and without a route set, by the flow that is there, when the target cannot be reached (RFC 5626 §4.3). */
  nextHopFor(target: string): string {
    const direct = this.flow && this.routeSet.routes.length === 0 && flowTargetFor(target, this.flow)
    return direct || target
  }

  #request(method: string, sequence: number, headers: readonly HeaderLine[], body?: Buffer): DialogRequest {
    const request = new SipRequest(method, this.remoteTarget, undefined, body)
    const nextHop = this.nextHopFor(applyRouteSet(request, this.routeSet, this.remoteTarget))
    const lines = [
      ...request.headerLines(),
      maxForwards,
      { name: 'From', key: 'from', value: this.localParty },
      { name: 'To', key: 'to', value: this.remoteParty },
      { name: 'Call-ID', key: 'call-id', value: this.callId },
      { name: 'CSeq', key: 'cseq', value: `${sequence} ${method}` },
      ...headers,
    ]
    request.adoptLines(lines)
    return { request, nextHop }
  }
}

export interface DialogRequest {
  readonly request: SipRequest
  readonly nextHop: string
}

const maxForwards: HeaderLine = { name: 'Max-Forwards', key: 'max-forwards', value: '70' }

/** Where the sender wants the dialog's requests (§12.1, §12.2): its Contact. `*` names no place. */
export function targetFrom(message: SipMessage, otherwise: string): string {
  const contact = message.contacts[0]
  return contact && !contact.isStar ? contact.uri : otherwise
}

/** RFC 3261 §12.2, RFC 3311 §5, RFC 6665 §4.4.1, RFC 3515 §2.4.4. */
export function isTargetRefresh(method: string): boolean {
  switch (method) {
    case 'INVITE':
    case 'UPDATE':
    case 'SUBSCRIBE':
    case 'NOTIFY':
    case 'REFER':
      return true
    default:
      return false
  }
}
