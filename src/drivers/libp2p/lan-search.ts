import { createHash } from 'node:crypto'
import multicastDns, { type MulticastDNS, type QueryPacket, type ResponsePacket } from 'multicast-dns'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { type PeerId, publicKeyOf } from '../../overlay/protocol/peer-id.ts'
import type { Interfaces } from './own-addresses.ts'

/** Milliseconds after the start; a datagram gets lost now and then. */
const firstQuestions = [0, 1_000, 3_000]
const askEveryWhenAlone = 10_000
const askEveryInCompany = 600_000
/** RFC 6762 §6: the same record at most once a second on an interface. */
const answerPause = 1_000
const lifetimeSeconds = 120
const mostAddresses = 8
const longestText = 255

interface Voice {
  readonly mdns: MulticastDNS
  answeredAt: number
}

/**
 * Boxes of the overlay on the same LANs by multicast DNS (RFC 6762), on every interface by a socket of its own: a LAN
 * may have no route out, and then the system would not know where to send.
 */
export class LanSearch {
  readonly #service: string
  readonly #parts: LanSearchParts
  readonly #voices = new Map<string, Voice>()
  #timer: Timer | undefined
  #asked = 0

  constructor(parts: LanSearchParts) {
    this.#service = serviceName(parts.domain)
    this.#parts = parts
  }

  start(): void {
    this.look()
    this.#ask()
  }

  stop(): void {
    this.#timer?.cancel()
    for (const { mdns } of this.#voices.values()) mdns.destroy()
    this.#voices.clear()
  }

  /** Interfaces came or went. */
  look(): void {
    const present = lanAddresses(this.#parts.interfaces())
    for (const [address, { mdns }] of this.#voices) {
      if (present.includes(address)) continue
      mdns.destroy()
      this.#voices.delete(address)
    }
    for (const address of present) if (!this.#voices.has(address)) this.#open(address)
  }

  #open(address: string): void {
    const { log } = this.#parts
    const mdns = multicastDns({ interface: address, bind: '0.0.0.0', loopback: true })
    const voice: Voice = { mdns, answeredAt: 0 }
    this.#voices.set(address, voice)
    mdns.on('query', (packet) => this.#answer(voice, packet))
    mdns.on('response', (packet) => this.#hear(packet))
    mdns.on('warning', (error) => log.debug({ address, reason: error.message }, 'mDNS has trouble'))
    mdns.on('error', (error) => {
      log.warn({ address, reason: error.message }, 'boxes on this LAN cannot be looked for by mDNS')
      mdns.destroy()
      this.#voices.delete(address)
    })
    mdns.on('ready', () => mdns.query({ questions: [{ name: this.#service, type: 'PTR' }] }))
  }

  #ask(): void {
    for (const { mdns } of this.#voices.values())
      mdns.query({ questions: [{ name: this.#service, type: 'PTR' }] })
    const [now = 0, next] = firstQuestions.slice(this.#asked++)
    const usual = this.#parts.isAlone() ? askEveryWhenAlone : askEveryInCompany
    this.#timer = this.#parts.clock.after(next === undefined ? usual : next - now, () => this.#ask())
  }

  #answer(voice: Voice, { questions = [] }: QueryPacket): void {
    const { clock, self, addresses } = this.#parts
    if (!questions.some(({ name, type }) => type === 'PTR' && name === this.#service)) return
    if (clock.now() - voice.answeredAt < answerPause) return
    voice.answeredAt = clock.now()
    const name = `${self}.${this.#service}`
    const texts = addresses()
      .map((address) => `addr=${address}`)
      .filter((text) => text.length <= longestText)
    voice.mdns.respond({
      answers: [{ name: this.#service, type: 'PTR', ttl: lifetimeSeconds, data: name }],
      additionals: [{ name, type: 'TXT', ttl: lifetimeSeconds, data: texts.slice(0, mostAddresses) }],
    })
  }

  #hear({ answers = [], additionals = [] }: ResponsePacket): void {
    for (const record of [...answers, ...additionals]) {
      if (record.type !== 'TXT' || !record.name.endsWith(`.${this.#service}`)) continue
      const peer = record.name.slice(0, -this.#service.length - 1)
      const addresses = [record.data]
        .flat()
        .map(String)
        .filter((text) => text.startsWith('addr='))
        .map((text) => text.slice('addr='.length))
      if (peer !== this.#parts.self && publicKeyOf(peer) && addresses.length > 0)
        this.#parts.found(peer, addresses.slice(0, mostAddresses))
    }
  }
}

export interface LanSearchParts {
  readonly domain: string
  readonly self: PeerId
  readonly addresses: () => readonly string[]
  /** Asked more often then. */
  readonly isAlone: () => boolean
  readonly found: (peer: PeerId, addresses: readonly string[]) => void
  readonly interfaces: () => Interfaces
  readonly clock: Clock
  readonly log: Log
}

/** Keeps boxes of different overlays apart. */
function serviceName(domain: string): string {
  const mark = createHash('sha256').update(domain).digest('hex').slice(0, 8)
  return `_causeway-${mark}._udp.local`
}

function lanAddresses(interfaces: Interfaces): string[] {
  return Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
}
