import type { Clock } from '../lib/clock.ts'
import { PeerRefused, PeerUnreachable } from './overlay-errors.ts'
import type { PeerId } from './peer-id.ts'
import { decodeReply, encodeMessage, type PeerReply, type PeerRequest } from './peer-message.ts'
import type { PeerNetwork } from './peer-network.ts'

type ReplyOf<Type extends PeerReply['type']> = Extract<PeerReply, { type: Type }>

/** Questions to peers, each with a bound. */
export class PeerCalls {
  readonly #network: Pick<PeerNetwork, 'request'>
  readonly #clock: Clock

  constructor(network: Pick<PeerNetwork, 'request'>, clock: Clock) {
    this.#network = network
    this.#clock = clock
  }

  /** Throws `PeerRefused` with the peer's reason, `PeerUnreachable` when it does not answer in time or in kind. */
  async ask<Type extends PeerReply['type']>(
    peer: PeerId,
    request: PeerRequest,
    expected: Type,
    withinMilliseconds: number,
    signal?: AbortSignal,
  ): Promise<ReplyOf<Type>> {
    const bound = new AbortController()
    const abandon = () => bound.abort(signal?.reason)
    const timer = this.#clock.after(withinMilliseconds, () =>
      bound.abort(new PeerUnreachable(`no answer to "${request.type}" within ${withinMilliseconds} ms`)),
    )
    signal?.addEventListener('abort', abandon, { once: true })
    try {
      signal?.throwIfAborted()
      const reply = decodeReply(await this.#network.request(peer, encodeMessage(request), bound.signal))
      if (reply.type === 'refused') throw new PeerRefused(reply.code, reply.reason)
      if (reply.type !== expected) throw new PeerUnreachable(`"${request.type}" was answered "${reply.type}"`)
      return reply as ReplyOf<Type>
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', abandon)
    }
  }
}
