import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  TRUNCATED_RESPONSE,
} from 'dns-packet'
import type { Part } from '../../src/lib/part.ts'
import { parseZone } from './zone-text.ts'

const noSuchName = 3
const refused = 5

/** An authoritative name server on loopback, UDP and TCP on the same port, for tests and the demo. */
export class TinyNameServer implements Part {
  readonly name = 'tiny name server'
  /** Names asked, `NAPTR example.org`, in order of arrival. */
  readonly asked: string[] = []
  /** While true it hears and says nothing. */
  isSilent = false
  /** While true UDP replies carry nothing but the TC bit. */
  truncates = false
  #records: readonly Answer[]
  readonly #address: string
  readonly #port: number
  #udp: Socket | undefined
  #tcp: Server | undefined

  /** Zone text as in `parseZone`. Port 0 takes a free one. */
  constructor(zone: string, { address = '127.0.0.1', port = 0 } = {}) {
    this.#records = parseZone(zone)
    this.#address = address
    this.#port = port
  }

  get port(): number {
    if (!this.#tcp) throw new Error('the name server is not started')
    return (this.#tcp.address() as AddressInfo).port
  }

  /** As `dns.servers` of the config takes it. */
  get serverText(): string {
    return `${this.#address}:${this.port}`
  }

  replaceZone(zone: string): void {
    this.#records = parseZone(zone)
  }

  async start(): Promise<void> {
    this.#tcp = createServer((socket) => {
      let received = Buffer.alloc(0)
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
        const reply = this.#replyTo(decode(received.subarray(2)), false)
        if (!reply) return
        const length = Buffer.alloc(2)
        length.writeUInt16BE(reply.length)
        socket.end(Buffer.concat([length, reply]))
      })
    })
    this.#tcp.listen(this.#port, this.#address)
    await once(this.#tcp, 'listening')
    const udp = createSocket('udp4')
    this.#udp = udp
    udp.on('message', (data, from) => {
      const reply = this.#replyTo(decode(data), this.truncates)
      if (reply) udp.send(reply, from.port, from.address)
    })
    udp.bind(this.port, this.#address)
    await once(udp, 'listening')
  }

  async stop(): Promise<void> {
    const [udp, tcp] = [this.#udp, this.#tcp]
    this.#udp = undefined
    this.#tcp = undefined
    if (udp) await new Promise<void>((resolve) => udp.close(resolve))
    if (tcp) await new Promise((resolve) => tcp.close(resolve))
  }

  #replyTo(query: Packet, truncated: boolean): Buffer | undefined {
    const [question] = query.questions ?? []
    if (!question || this.isSilent) return undefined
    const name = question.name.toLowerCase()
    this.asked.push(`${question.type} ${name}`)
    const answers = truncated ? [] : this.#find(name, question.type)
    const zone = this.#zoneOf(name)
    const code = !zone ? refused : answers.length > 0 || truncated || this.#exists(name) ? 0 : noSuchName
    return encode({
      type: 'response',
      id: query.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | (truncated ? TRUNCATED_RESPONSE : 0) | code,
      questions: [question],
      answers,
      authorities: answers.length === 0 && zone ? [zone] : [],
    })
  }

  #find(name: string, type: string): Answer[] {
    const own = this.#records.filter((record) => record.name === name)
    const alias = own.find((record) => record.type === 'CNAME')
    if (alias && 'data' in alias && typeof alias.data === 'string') {
      return [alias, ...this.#find(alias.data.toLowerCase(), type)]
    }
    return own.filter((record) => record.type === type)
  }

  #zoneOf(name: string): Answer | undefined {
    return this.#records.find(
      (record) => record.type === 'SOA' && (name === record.name || name.endsWith(`.${record.name}`)),
    )
  }

  #exists(name: string): boolean {
    return this.#records.some((record) => record.name === name || record.name.endsWith(`.${name}`))
  }
}
