import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { within } from '../../../support/within.ts'

/** libp2p without anything of an overlay: what a stranger with a compiler can send. */
export class BareNode {
  readonly #node: Libp2p

  constructor(node: Libp2p) {
    this.#node = node
  }

  static async start(): Promise<BareNode> {
    const node = await createLibp2p({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    })
    return new BareNode(node)
  }

  async stop(): Promise<void> {
    await this.#node.stop()
  }

  /** A stream of the overlay's questions to the box at one of these addresses. */
  questions(addresses: readonly string[]): Promise<Stream> {
    return this.#node.dialProtocol(
      addresses.map((address) => multiaddr(address)),
      '/causeway/questions/1',
      {
        signal: AbortSignal.timeout(5_000),
      },
    )
  }

  /** The first bytes that come back. */
  answer(stream: Stream): Promise<Buffer> {
    const answer = new Promise<Buffer>((resolve) => {
      stream.addEventListener('message', ({ data }) => resolve(Buffer.from(data.subarray())), { once: true })
    })
    return within(5_000, 'an answer', answer)
  }

  /** Waits until the other end has had enough. */
  async cut(stream: Stream): Promise<void> {
    if (stream.status !== 'open') return
    const closed = new Promise<void>((resolve) => {
      stream.addEventListener('close', () => resolve(), { once: true })
    })
    await within(5_000, 'the stream to be cut', closed)
  }
}
