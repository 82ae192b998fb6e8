import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket as Stream } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { RandomSource } from '../fuzz/random-source.ts'
import { type Attack, type MalformedKind, malformedMessage } from './malformed-messages.ts'

export interface MalformedTrafficOptions extends Attack {
  readonly address: string
  readonly port: number
  readonly perSecond: number
  readonly seed: number
}

const sources = Array.from({ length: 8 }, (_, index) => `127.0.1.${index + 1}`)
const maxStreams = 40
const stepMs = 100

/** Sends what nobody should, evenly, from addresses that good phones do not have. */
export class MalformedTraffic {
  /** Sent so far. */
  readonly sent: Record<MalformedKind, number> = { mutated: 0, torture: 0, garbage: 0, stream: 0 }
  /** Datagrams that came back. */
  answers = 0
  readonly #options: MalformedTrafficOptions
  readonly #random: RandomSource
  readonly #sockets: Socket[] = []
  readonly #streams = new Set<Stream>()

  constructor(options: MalformedTrafficOptions) {
    this.#options = options
    this.#random = new RandomSource(options.seed)
  }

  get total(): number {
    return Object.values(this.sent).reduce((sum, count) => sum + count, 0)
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (const source of sources) {
      const socket = createSocket('udp4')
      // What the box answers may find no reader, and an ICMP error comes back: that is the attacker's business.
      socket.on('message', () => this.answers++).on('error', () => this.answers++)
      socket.bind(0, source)
      await once(socket, 'listening')
      this.#sockets.push(socket)
    }
    const begin = performance.now()
    let done = 0
    while (!signal.aborted) {
      const due = ((performance.now() - begin) / 1_000) * this.#options.perSecond
      for (; done < due; done++) this.#sendOne()
      await pause(stepMs)
    }
    for (const socket of this.#sockets) socket.close()
    for (const stream of this.#streams) stream.destroy()
  }

  #sendOne(): void {
    const { kind, data } = malformedMessage(this.#random, this.#options)
    this.sent[kind]++
    if (kind === 'stream') this.#sendStream(data)
    else this.#random.pick(this.#sockets).send(data, this.#options.port, this.#options.address)
  }

  /** In two pieces; the stream is left hanging for a while, then ended or torn. */
  #sendStream(data: Buffer): void {
    if (this.#streams.size >= maxStreams) {
      for (const oldest of this.#streams) {
        oldest.destroy()
        break
      }
    }
    const { port, address } = this.#options
    const localAddress = this.#random.pick(sources)
    const cut = this.#random.below(data.length)
    const endsPolitely = this.#random.oneIn(2)
    const hangMs = this.#random.below(4_000)
    const stream = connect({ port, host: address, localAddress })
    this.#streams.add(stream)
    stream.on('close', () => this.#streams.delete(stream))
    stream.on('error', () => stream.destroy()) // the box may well hang up on this
    stream.on('data', () => this.answers++)
    stream.on('connect', () => {
      stream.write(data.subarray(0, cut))
      setTimeout(() => stream.writable && stream.write(data.subarray(cut)), hangMs / 2)
      setTimeout(() => (endsPolitely ? stream.end() : stream.resetAndDestroy()), hangMs)
    })
  }
}
