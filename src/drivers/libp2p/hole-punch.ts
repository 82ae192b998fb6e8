import { randomInt } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection, Stream } from '@libp2p/interface'
import { CODE_P2P } from '@multiformats/multiaddr'
import { abortAfter } from '../../lib/abort-after.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { CausewayNode } from './libp2p-node.ts'
import { dialable, fromLibp2p, relayIn } from './libp2p-peer.ts'
import type { PeerConnections } from './peer-connections.ts'
import { answerQuestions, QuestionStream } from './question-stream.ts'
import { StreamDuplex } from './stream-duplex.ts'

export const punchProtocol = '/causeway/hole-punch/1'
/** Tells whoever asks where it comes from. libp2p's identify does too, but once and not when it is wanted. */
export const mirrorProtocol = '/causeway/mirror/1'

const answerWithin = 6_000
const tryAgainAfter = 100
const mostAtOnce = 4
const [lowestPort, highestPort] = [20_000, 30_000]

/** A port of this box, and where its NAT shows it to others. Open while somebody outside is connected to it. */
interface Door {
  readonly port: number
  readonly outside: string
  close(): void
}

interface Address {
  readonly host: string
  readonly port: number
}

/**
 * A direct TCP connection between two boxes behind NATs (RFC 5128 §3.4): each learns from the relay between them where
 * its own NAT shows a fresh port, they tell each other, and both connect at once, each from that port. The first
 * packets open the NATs, the next ones meet: a simultaneous open (RFC 9293 §3.5). Works through NATs that show a port
 * to everybody under the same number.
 */
export class HolePunch {
  readonly #node: () => CausewayNode | undefined
  readonly #connections: PeerConnections
  readonly #listener: () => Address | undefined
  readonly #isMember: (peer: PeerId) => boolean
  readonly #clock: Clock
  readonly #log: Log
  readonly #underWay = new Set<PeerId>()

  constructor(parts: {
    node: () => CausewayNode | undefined
    connections: PeerConnections
    /** Where this box itself reaches its own listener. */
    listener: () => Address | undefined
    isMember: (peer: PeerId) => boolean
    clock: Clock
    log: Log
  }) {
    this.#node = parts.node
    this.#connections = parts.connections
    this.#listener = parts.listener
    this.#isMember = parts.isMember
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** Asks a peer that is connected by a relay, and dials it. */
  async begin(peer: PeerId, signal: AbortSignal): Promise<void> {
    const relayed = this.#connections.best(peer)
    const door = await this.#openDoor(relayed, signal)
    try {
      const outside = await ask(relayed, punchProtocol, door.outside, signal)
      const [place] = dialable(peer, [outside])
      if (!place || place.toString().includes('/p2p-circuit'))
        throw new PeerUnreachable('the box opens no door')
      await untilOpen(signal, () =>
        this.#running().services.transports.dial(place, { signal, localPort: door.port }),
      )
    } finally {
      door.close()
    }
  }

  /** The other end: what comes through the hole is led to this box's own listener, like any inbound connection. */
  answer(stream: Stream, connection: Connection): void {
    const peer = fromLibp2p(connection.remotePeer)
    if (!peer || !this.#isMember(peer)) stream.abort(new Error('holes are punched for members'))
    else answerQuestions(new StreamDuplex(stream), (message) => this.#meet(peer, connection, String(message)))
  }

  async #meet(peer: PeerId, relayed: Connection, theirs: string): Promise<Uint8Array> {
    const target = readAddress(theirs)
    const listener = this.#listener()
    if (!target || !listener || this.#underWay.has(peer) || this.#underWay.size >= mostAtOnce)
      return Buffer.alloc(0)
    this.#underWay.add(peer)
    const bound = abortAfter(this.#clock, answerWithin, `no answer in ${answerWithin} ms`)
    const end = (door?: Door) => {
      bound.lift()
      door?.close()
      this.#underWay.delete(peer)
    }
    try {
      const door = await this.#openDoor(relayed, bound.signal)
      void this.#comeThrough(target, listener, door.port, bound.signal).finally(() => end(door))
      return Buffer.from(door.outside)
    } catch (error) {
      end()
      this.#log.debug({ peer, reason: (error as Error).message }, 'no door could be opened for a box')
      return Buffer.alloc(0)
    }
  }

  async #comeThrough(
    target: Address,
    listener: Address,
    localPort: number,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const outer = await untilOpen(signal, () => open({ ...target, localPort }, signal))
      const inner = connect({ ...listener, noDelay: true })
      inner.once('connect', () => {
        const origin = printAddress(target)
        const place = printAddress({ host: inner.localAddress ?? '', port: inner.localPort ?? 0 })
        inner.once('close', this.#connections.comesFrom(place, origin))
      })
      void Promise.all([pipeline(outer, inner), pipeline(inner, outer)]).catch(() => {
        outer.destroy()
        inner.destroy()
      })
    } catch (error) {
      this.#log.debug({ target, reason: (error as Error).message }, 'no hole was punched')
    }
  }

  /** A second connection to the relay, from a port that nothing else uses, shows where that port is seen. */
  async #openDoor(relayed: Connection, signal: AbortSignal): Promise<Door> {
    const relay = relayIn(relayed.remoteAddr)
    const direct =
      relay && this.#connections.to(relay).find((one) => one.direct && one.direction === 'outbound')
    if (!relay || !direct) throw new PeerUnreachable('the relay between was not dialled by this box')
    const { transports } = this.#running().services
    const [place] = dialable(relay, [this.#connections.placeOf(direct)])
    if (!place) throw new PeerUnreachable('the relay has no address')
    const port = randomInt(lowestPort, highestPort)
    const connection = await transports.dial(place, { signal, localPort: port })
    const close = () => connection.abort(new Error('the door is closed'))
    try {
      return { port, outside: await ask(connection, mirrorProtocol, '', signal), close }
    } catch (error) {
      close()
      throw error
    }
  }

  #running(): CausewayNode {
    const node = this.#node()
    if (!node) throw new PeerUnreachable('this box is not in the network')
    return node
  }
}

async function ask(on: Connection, protocol: string, question: string, signal: AbortSignal): Promise<string> {
  const stream = await on.newStream(protocol, { signal, runOnLimitedConnection: true })
  const questions = new QuestionStream(new StreamDuplex(stream))
  try {
    return String(await questions.ask(Buffer.from(question), signal))
  } finally {
    questions.close()
  }
}

/** The relay's part: shows a box where it comes from. */
export function showMirror(stream: Stream, { remoteAddr }: Connection): void {
  const seen = remoteAddr.decapsulateCode(CODE_P2P).toString()
  answerQuestions(new StreamDuplex(stream), () => Promise.resolve(Buffer.from(seen)))
}

/** A NAT may refuse the first packets with a reset instead of dropping them. */
async function untilOpen<Opened>(signal: AbortSignal, attempt: () => Promise<Opened>): Promise<Opened> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted) throw error
      await pause(tryAgainAfter, undefined, { signal })
    }
  }
}

function open(place: Address & { localPort: number }, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...place, noDelay: true })
    const giveUp = () => socket.destroy(new Error('no answer'))
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('error', (error) => {
      signal.removeEventListener('abort', giveUp)
      reject(error)
    })
    socket.once('connect', () => {
      signal.removeEventListener('abort', giveUp)
      resolve(socket)
    })
  })
}

function printAddress({ host, port }: Address): string {
  return `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}`
}

/** Of an IPv4 or IPv6 multiaddress with a TCP port. */
function readAddress(text: string): Address | undefined {
  const [, family, host, transport, port] = text.split('/')
  const isUsable = (family === 'ip4' || family === 'ip6') && transport === 'tcp' && Number(port) > 0
  return isUsable && host !== undefined ? { host, port: Number(port) } : undefined
}
