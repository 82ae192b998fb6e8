import type { Clock } from '../../lib/clock.ts'
import { PeerRefused, PeerUnreachable } from '../overlay-errors.ts'
import type { PeerId } from './peer-id.ts'
import { decodeReply, encodeMessage, type PeerReply, type PeerRequest } from './peer-message.ts'
import type { PeerNetwork } from './peer-network.ts'

/** Counts bytes of questions and answers. */
export interface Traffic {
  sent(bytes: number): void
  received(bytes: number): void
}

/** Hears how peers answer. */
export interface AnswerWatch {
  answered(peer: PeerId): void
  /** Not in time, or not until the asker gave up. */
  unanswered(peer: PeerId): void
}

/** Whoever gives up earlier than this has not waited for the answer. */
const patience = 250

type ReplyOf<Type extends PeerReply['type']> = Extract<PeerReply, { type: Type }>

/** Questions to peers, each with a bound. */
export class PeerCalls {
  readonly #network: Pick<PeerNetwork, 'request'>
  readonly #clock: Clock
  readonly #traffic: Traffic | undefined
  readonly #answers: AnswerWatch | undefined

  constructor(network: Pick<PeerNetwork, 'request'>, clock: Clock, traffic?: Traffic, answers?: AnswerWatch) {
    this.#network = network
    this.#clock = clock
    this.#traffic = traffic
    this.#answers = answers
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
    const askedAt = this.#clock.now()
    const abandon = () => {
      bound.abort(signal?.reason)
      if (this.#clock.now() - askedAt >= patience) this.#answers?.unanswered(peer)
    }
    const timer = this.#clock.after(withinMilliseconds, () => {
      bound.abort(new PeerUnreachable(`no answer to "${request.type}" within ${withinMilliseconds} ms`))
      this.#answers?.unanswered(peer)
    })
    signal?.addEventListener('abort', abandon, { once: true })
    try {
      signal?.throwIfAborted()
      const message = encodeMessage(request)
      this.#traffic?.sent(message.length)
      const answer = await this.#network.request(peer, message, bound.signal)
      this.#traffic?.received(answer.length)
      const reply = decodeReply(answer)
      if (reply.type === 'refused') throw new PeerRefused(reply.code, reply.reason)
      if (reply.type !== expected) throw new PeerUnreachable(`"${request.type}" was answered "${reply.type}"`)
      this.#answers?.answered(peer)
      return reply as ReplyOf<Type>
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', abandon)
    }
  }
}
