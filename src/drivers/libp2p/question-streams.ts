import type { Connection } from '@libp2p/interface'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { PeerConnections } from './peer-connections.ts'
import { QuestionStream } from './question-stream.ts'
import { StreamDuplex } from './stream-duplex.ts'

export const questionProtocol = '/causeway/questions/1'

interface Opening {
  readonly stream: Promise<QuestionStream>
  readonly connection: Connection
}

/** One stream per peer carries all questions to it: opening one for each would cost more than asking. */
export class QuestionStreams {
  readonly #connections: PeerConnections
  readonly #openings = new Map<PeerId, Opening>()

  constructor(connections: PeerConnections) {
    this.#connections = connections
  }

  /** Throws `PeerUnreachable` when the peer is not connected. */
  async to(peer: PeerId, signal: AbortSignal): Promise<QuestionStream> {
    const present = this.#openings.get(peer)
    if (!present) return this.#open(peer, signal)
    const stream = await present.stream
    if (stream.isOpen) return stream
    if (this.#openings.get(peer) === present) this.#openings.delete(peer)
    return this.to(peer, signal)
  }

  /** Questions go by a direct connection as soon as there is one; those under way stay where they are. */
  opened(peer: PeerId, connection: Connection): void {
    const present = this.#openings.get(peer)
    if (present && connection.direct && !present.connection.direct) this.#openings.delete(peer)
  }

  close(peer: PeerId): void {
    const present = this.#openings.get(peer)
    this.#openings.delete(peer)
    present?.stream.then(
      (stream) => stream.close(),
      () => undefined, // whoever asked was told
    )
  }

  #open(peer: PeerId, signal: AbortSignal): Promise<QuestionStream> {
    const connection = this.#connections.best(peer)
    const stream = connection
      .newStream(questionProtocol, { signal, runOnLimitedConnection: true })
      .then((opened) => new QuestionStream(new StreamDuplex(opened)))
    const opening = { stream, connection }
    this.#openings.set(peer, opening)
    stream.catch(() => {
      if (this.#openings.get(peer) === opening) this.#openings.delete(peer)
    })
    return stream
  }
}
