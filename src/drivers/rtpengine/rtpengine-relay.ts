import { type Clock, systemClock, type Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { MediaDialect } from '../../media/media-dialect.ts'
import type { MediaRelay, RelayedExchange } from '../../media/media-relay.ts'
import { MediaRelayFailed } from '../../media/media-relay-failed.ts'
import { readLastHeard } from './last-heard.ts'
import { type NgAddress, NgClient } from './ng-client.ts'

const pingEveryMs = 10_000

// Candidates of the other side would lead the media around the relay.
const noCandidates = { ICE: 'remove' }
const plain = { ...noCandidates, DTLS: 'off', SDES: ['off'], 'transport-protocol': 'RTP/AVP' }
/** One suite, which every carrier takes (RFC 4568 §6.2.1): rtpengine would offer rare ones too, and some that do nothing. */
const suites = [
  'no-AEAD_AES_256_GCM',
  'no-AEAD_AES_128_GCM',
  'no-AES_256_CM_HMAC_SHA1_80',
  'no-AES_256_CM_HMAC_SHA1_32',
  'no-AES_192_CM_HMAC_SHA1_80',
  'no-AES_192_CM_HMAC_SHA1_32',
  'no-AES_CM_128_HMAC_SHA1_32',
  'no-F8_128_HMAC_SHA1_80',
  'no-F8_128_HMAC_SHA1_32',
  'no-NULL_HMAC_SHA1_80',
  'no-NULL_HMAC_SHA1_32',
]
const keyed = {
  ...noCandidates,
  DTLS: 'off',
  SDES: suites,
  'transport-protocol': 'RTP/SAVP',
  'rtcp-mux': ['demux'],
}
const browser = { ICE: 'force', DTLS: 'passive', SDES: ['off'], 'transport-protocol': 'UDP/TLS/RTP/SAVPF' }

/** What is made of an SDP for who gets it. RFC 8834 §4.5: browsers want RTP and RTCP on one port. */
const conversions: Readonly<Record<MediaDialect, Readonly<Record<'offer' | 'answer', object>>>> = {
  any: { offer: noCandidates, answer: noCandidates },
  srtp: { offer: keyed, answer: keyed },
  rtp: { offer: { ...plain, 'rtcp-mux': ['demux'] }, answer: { ...plain, 'rtcp-mux': ['demux'] } },
  webrtc: {
    offer: { ...browser, 'rtcp-mux': ['require'] },
    answer: { ...browser, 'rtcp-mux': ['accept'] },
  },
}

/** The media relay over rtpengine. */
export class RtpengineRelay implements MediaRelay, Part {
  readonly name = 'rtpengine'
  readonly #client: NgClient
  readonly #clock: Clock
  readonly #log: Log
  #ping: Timer | undefined
  #isReachable = false
  #isStopped = true

  constructor(address: NgAddress, log: Log, clock: Clock = systemClock) {
    this.#client = new NgClient(address, clock, log)
    this.#clock = clock
    this.#log = log
  }

  /** rtpengine need not run yet: calls do without it, or are refused, as configured. */
  async start(): Promise<void> {
    this.#isStopped = false
    await this.#client.open()
    await this.#checkHealth()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#ping?.cancel()
    await this.#client.close()
  }

  /** It answered the last ping, within the last ten seconds. */
  get isReachable(): boolean {
    return this.#isReachable
  }

  offer(exchange: RelayedExchange, sdp: string, dialect: MediaDialect = 'any'): Promise<string> {
    return this.#rewrite('offer', exchange, sdp, dialect)
  }

  answer(exchange: RelayedExchange, sdp: string, dialect: MediaDialect = 'any'): Promise<string> {
    return this.#rewrite('answer', exchange, sdp, dialect)
  }

  async delete(callId: string): Promise<void> {
    await this.#client.command('delete', { 'call-id': callId, flags: ['fatal'] })
  }

  async lastHeard(callId: string): Promise<ReadonlyMap<string, number>> {
    return readLastHeard(await this.#client.command('query', { 'call-id': callId }))
  }

  async #rewrite(
    command: 'offer' | 'answer',
    exchange: RelayedExchange,
    sdp: string,
    dialect: MediaDialect,
  ): Promise<string> {
    const reply = await this.#client.command(command, {
      'call-id': exchange.callId,
      'from-tag': exchange.offerer,
      'to-tag': exchange.answerer,
      sdp,
      replace: ['origin', 'session-connection'],
      flags: ['trust-address', ...(dialect === 'webrtc' ? ['generate-mid'] : [])],
      ...conversions[dialect][command],
    })
    const rewritten = reply.sdp
    if (typeof rewritten !== 'string') throw new MediaRelayFailed(command, 'the reply has no SDP')
    return rewritten
  }

  async #checkHealth(): Promise<void> {
    const wasReachable = this.#isReachable
    try {
      await this.#client.command('ping')
      this.#isReachable = true
    } catch (error) {
      if (!(error instanceof MediaRelayFailed)) throw error
      this.#isReachable = false
      if (wasReachable) this.#log.warn({ error: error.message }, 'rtpengine does not answer')
    }
    if (this.#isReachable && !wasReachable) this.#log.info({}, 'rtpengine answers')
    if (!this.#isStopped) this.#ping = this.#clock.after(pingEveryMs, () => void this.#checkHealth())
  }
}
