import type { SipRequest, SipResponse } from '../../../src/engine/message/message.ts'
import { within } from '../within.ts'
import type { Dialog } from './dialog.ts'
import type { Remote } from './remote.ts'
import { audioSdp, audioTarget } from './sdp-text.ts'
import type { Arrival, SipEndpoint } from './sip-endpoint.ts'
import { newSrtpKey, srtpKeyIn, suite } from './srtp.ts'
import { type Heard, type OpenUdp, type Silence, ToneMedia } from './tone-media.ts'

const t1 = 500
const defaultWaitMs = 15_000

/** A call that was not answered with 2xx. */
export class CallRefused extends Error {
  readonly status: number
  readonly response: SipResponse | undefined

  constructor(status: number, reason: string, response?: SipResponse) {
    super(`${status} ${reason}`)
    this.name = 'CallRefused'
    this.status = status
    this.response = response
  }
}

/** What a call needs of its phone. */
export interface CallOwner {
  readonly endpoint: SipEndpoint
  readonly contact: string
  readonly rtpAddress: string
  /** Frequency of the tone to send; undefined sends no media. */
  readonly tone: number | undefined
  /** Its media is SRTP with keys in the SDP, and nothing else. */
  readonly isEncrypting?: boolean
  /** Where its UDP sockets come from, when not from this process's own network. */
  readonly openUdp?: OpenUdp | undefined
  locate(uri: string): Promise<Remote>
  ended(call: PhoneCall): void
}

/** One call of a test phone, out or in: what both kinds share once there is a dialog. */
export abstract class PhoneCall {
  /** Every status seen for the INVITE, in order; for an incoming call those sent. */
  readonly statuses: number[] = []
  /** Requests received in the dialog, BYE and ACK included. */
  readonly received: SipRequest[] = []
  remoteSdp = ''
  /** Offers in the call are refused with this status. */
  refusesOffers: number | undefined
  readonly owner: CallOwner
  protected dialog: Dialog | undefined
  readonly #answered = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<'here' | 'far-end'>()
  readonly #acknowledged = Promise.withResolvers<void>()
  #media: ToneMedia | undefined
  #rtpPort = 40_000
  #sdpVersion = 0
  readonly #srtpKey = newSrtpKey()
  #srtpTag = '1'
  #isOver = false
  #inviteSeq = 0

  constructor(owner: CallOwner) {
    this.owner = owner
    // A test that does not wait for the answer must not fail on the refusal.
    this.#answered.promise.catch(() => undefined)
  }

  abstract readonly callId: string
  abstract readonly invite: SipRequest

  get isUp(): boolean {
    return this.dialog !== undefined && !this.#isOver
  }

  /** Resolves once answered; rejects with CallRefused. */
  answered(ms = defaultWaitMs): Promise<void> {
    return within(ms, 'an answer', this.#answered.promise)
  }

  /** Who hung up, once it is over. A call that was refused ended at the far end. */
  ended(ms = defaultWaitMs): Promise<'here' | 'far-end'> {
    return within(ms, 'the end of the call', this.#ended.promise)
  }

  /** Resolves with the ACK for our answer. */
  acknowledged(ms = defaultWaitMs): Promise<void> {
    return within(ms, 'the ACK', this.#acknowledged.promise)
  }

  heard(hertz: number): Heard {
    return this.#media?.heard(hertz) ?? { packets: 0, share: 0 }
  }

  /** Times of more than 60 ms without audio from the far end, since the first of it. */
  get silences(): readonly Silence[] {
    return this.#media?.silences ?? []
  }

  /** Sends BYE and waits for its answer. */
  async hangUp(): Promise<void> {
    if (!this.isUp) return
    this.finish('here')
    await this.send('BYE')
  }

  /** Any request in the dialog; resolves with the final response. */
  async send(
    method: string,
    options: { headers?: Readonly<Record<string, string>>; body?: string; type?: string } = {},
  ): Promise<SipResponse> {
    const { endpoint, contact } = this.owner
    const dialog = this.dialog
    if (!dialog) throw new Error('the call has no dialog')
    const request = dialog.request(method)
    if (method !== 'BYE') request.append('Contact', contact)
    for (const [name, value] of Object.entries(options.headers ?? {})) request.append(name, value)
    if (options.body !== undefined) {
      request.append('Content-Type', options.type ?? 'application/sdp')
      request.body = Buffer.from(options.body)
    }
    const to = await this.owner.locate(dialog.nextHop)
    const { promise, resolve, reject } = Promise.withResolvers<SipResponse>()
    endpoint.send(request, to, {
      onResponse: (response) => {
        if (response.status < 200) return
        if (method === 'INVITE' && response.status < 300) this.#acknowledge(dialog, request, to)
        resolve(response)
      },
      onTimeout: () => reject(new CallRefused(408, `no answer to ${method}`)),
    })
    return promise
  }

  /** Offers the same media anew, with another direction if given. Resolves with the final status. */
  async reInvite(direction = 'sendrecv', method: 'INVITE' | 'UPDATE' = 'INVITE'): Promise<SipResponse> {
    const response = await this.send(method, { body: this.makeSdp(direction) })
    if (response.status < 300) {
      this.dialog?.refresh(response.contacts[0]?.uri)
      this.take(response.body)
    }
    return response
  }

  /** A request in this dialog came in. */
  requestCame(arrival: Arrival): void {
    const { request } = arrival
    this.received.push(request)
    switch (request.method) {
      case 'ACK':
        if (request.cseq.number !== this.#inviteSeq) return
        if (request.body.length > 0) this.take(request.body)
        this.#acknowledged.resolve()
        return
      case 'BYE':
        arrival.reply(200)
        this.finish('far-end')
        return
      case 'INVITE':
      case 'UPDATE':
        if (this.refusesOffers !== undefined) {
          arrival.reply(this.refusesOffers)
          return
        }
        this.dialog?.refresh(request.contacts[0]?.uri)
        if (request.body.length > 0) this.take(request.body)
        this.answerWith(arrival, this.makeSdp())
        return
      default:
        arrival.reply(request.method === 'REFER' ? 202 : 200)
    }
  }

  isFor(request: SipRequest): boolean {
    return this.dialog?.isFor(request) ?? false
  }

  async openMedia(): Promise<void> {
    if (this.owner.tone === undefined || this.#media) return
    this.#media = new ToneMedia(this.owner.tone, this.owner.openUdp)
    this.#rtpPort = await this.#media.open(this.owner.rtpAddress)
  }

  /** Ends everything here, without a word to the far end. */
  finish(by: 'here' | 'far-end', refusal?: CallRefused): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#media?.close()
    this.#answered.reject(refusal ?? new CallRefused(487, 'Request Terminated'))
    this.#ended.resolve(by)
    this.owner.ended(this)
  }

  protected get isOver(): boolean {
    return this.#isOver
  }

  protected makeSdp(direction = 'sendrecv'): string {
    this.#sdpVersion++
    const crypto = this.owner.isEncrypting ? `${this.#srtpTag} ${suite} inline:${this.#srtpKey}` : undefined
    return audioSdp(this.owner.rtpAddress, this.#rtpPort, this.#sdpVersion, direction, crypto)
  }

  protected take(sdp: Buffer | string): void {
    this.remoteSdp = sdp.toString()
    const theirs = srtpKeyIn(this.remoteSdp)
    if (this.owner.isEncrypting && theirs) {
      this.#srtpTag = theirs.tag
      this.#media?.encrypt(this.#srtpKey, theirs.key)
    }
    const target = audioTarget(this.remoteSdp)
    if (target && target.port > 0) this.#media?.sendTo(target)
  }

  protected wasAnswered(): void {
    this.#answered.resolve()
  }

  /** 200 to INVITE or UPDATE; for INVITE over UDP again until the ACK (RFC 3261 §13.3.1.4). */
  protected answerWith(arrival: Arrival, body: string, toTag?: string): void {
    const headers = { Contact: this.owner.contact, 'Content-Type': 'application/sdp' }
    const reply = () => arrival.reply(200, { headers, body, ...(toTag ? { toTag } : {}) })
    reply()
    if (arrival.request.method !== 'INVITE') return
    this.#inviteSeq = arrival.request.cseq.number
    const isAcknowledged = () =>
      this.received.some(({ method, cseq }) => method === 'ACK' && cseq.number === this.#inviteSeq)
    const again = (ms: number, total: number) =>
      this.owner.endpoint.later(ms, () => {
        if (this.#isOver || isAcknowledged() || total > 64 * t1) return
        reply()
        again(Math.min(ms * 2, 4_000), total + ms)
      })
    if (arrival.from.transport === 'udp') again(t1, 0)
  }

  #acknowledge(dialog: Dialog, request: SipRequest, to: Remote): void {
    this.owner.endpoint.sendOnce(dialog.request('ACK', request.cseq.number), to)
  }
}
