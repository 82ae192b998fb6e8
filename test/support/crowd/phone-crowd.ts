import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Part } from '../../../src/lib/part.ts'
import { eventually } from '../within.ts'
import { answerTo, CrowdMessage } from './crowd-message.ts'
import { type CrowdOutcome, CrowdPhone } from './crowd-phone.ts'

export interface PhoneCrowdOptions {
  readonly users: readonly string[]
  readonly domain: string
  readonly passwordOf: (user: string) => string
  readonly server: { readonly host: string; readonly port: number }
  /** Seconds that each phone asks for. */
  readonly expires?: number
}

export interface CrowdCounts {
  accepted: number
  later: number
  refused: number
  silence: number
  callsAnswered: number
}

const phonesPerSocket = 100
/** A phone refreshes when so much of what it was granted is over. */
const refreshShare = 0.75
const againMs = 5_000
const sdp = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 40000 RTP/AVP 8', ''],
].join('\r\n')

/** Thousands of light phones over UDP: they register, refresh, come back after a 503, and take every call. */
export class PhoneCrowd implements Part {
  readonly name = 'phone crowd'
  readonly counts: CrowdCounts = { accepted: 0, later: 0, refused: 0, silence: 0, callsAnswered: 0 }
  /** Milliseconds of each registration that was accepted, and the seconds that it was granted. */
  readonly tookMs: number[] = []
  readonly grantedSeconds: number[] = []
  readonly retryAfterSeconds: number[] = []
  readonly refusals = new Map<number, number>()
  readonly #options: PhoneCrowdOptions
  readonly #sockets: Socket[] = []
  readonly #phones = new Map<string, CrowdPhone>()
  readonly #byUser = new Map<string, CrowdPhone>()
  readonly #registered = new Map<CrowdPhone, number>()
  #isRefreshing = false

  constructor(options: PhoneCrowdOptions) {
    this.#options = options
  }

  /** Whose registration is in force now, as they were told. */
  get registered(): number {
    const now = performance.now()
    return [...this.#registered.values()].filter((until) => until > now).length
  }

  async start(): Promise<void> {
    const { users } = this.#options
    for (let first = 0; first < users.length; first += phonesPerSocket) {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 2 ** 20 })
      socket.on('message', (data, from) => this.#received(socket, data.toString(), from))
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      this.#sockets.push(socket)
      for (const user of users.slice(first, first + phonesPerSocket)) this.#add(user, socket)
    }
  }

  async stop(): Promise<void> {
    for (const phone of this.#phones.values()) phone.stop()
    for (const socket of this.#sockets.splice(0)) socket.close()
  }

  /** Each phone registers once within that time, evenly spread. Resolves when all are registered. */
  async registerWithin(ms: number, { withinMs }: { readonly withinMs: number }): Promise<void> {
    this.registerOver(ms)
    await eventually(
      withinMs,
      'all phones to be registered',
      () => this.registered === this.#phones.size,
      100,
    )
  }

  registerOver(ms: number): void {
    const each = ms / this.#phones.size
    this.#registered.clear()
    for (const [index, phone] of [...this.#phones.values()].entries()) phone.registerIn(index * each)
  }

  /** These register once more, at once. */
  registerAgain(users: readonly string[]): void {
    for (const user of users) this.#byUser.get(user)?.registerIn(0)
  }

  /** From now on they refresh what they were granted. */
  keepRefreshed(): void {
    this.#isRefreshing = true
  }

  #add(user: string, socket: Socket): void {
    const { domain, passwordOf, server, expires = 3_600 } = this.#options
    const phone: CrowdPhone = new CrowdPhone({
      user,
      password: passwordOf(user),
      domain,
      expires,
      place: `127.0.0.1:${socket.address().port}`,
      send: (text) => socket.send(text, server.port, server.host),
      onOutcome: (outcome) => this.#note(phone, outcome),
    })
    this.#phones.set(phone.callId, phone)
    this.#byUser.set(user, phone)
  }

  #note(phone: CrowdPhone, outcome: CrowdOutcome): void {
    this.counts[outcome.kind]++
    const againMs = this.#againMs(phone, outcome)
    if (againMs !== undefined) phone.registerIn(againMs)
  }

  #againMs(phone: CrowdPhone, outcome: CrowdOutcome): number | undefined {
    switch (outcome.kind) {
      case 'accepted':
        this.tookMs.push(outcome.tookMs)
        this.grantedSeconds.push(outcome.seconds)
        this.#registered.set(phone, performance.now() + outcome.seconds * 1_000)
        return this.#isRefreshing ? outcome.seconds * refreshShare * 1_000 : undefined
      case 'later':
        this.retryAfterSeconds.push(outcome.afterSeconds)
        return outcome.afterSeconds * 1_000
      case 'refused':
        this.refusals.set(outcome.status, (this.refusals.get(outcome.status) ?? 0) + 1)
        return againMs
      case 'silence':
        return againMs
    }
  }

  #received(socket: Socket, text: string, from: { readonly address: string; readonly port: number }): void {
    const message = new CrowdMessage(text)
    const { status } = message
    if (status === undefined) {
      const answer = this.#answerTo(message)
      if (answer !== undefined) socket.send(answer, from.port, from.address)
    } else this.#phones.get(message.header('Call-ID'))?.answered(message, status)
  }

  #answerTo(request: CrowdMessage): string | undefined {
    if (request.method === 'ACK') return undefined
    const phone = this.#byUser.get(request.calledUser)
    if (request.method !== 'INVITE' || !phone) return answerTo(request, '200 OK')
    this.counts.callsAnswered++
    return answerTo(request, '200 OK', { contact: phone.contact, body: sdp })
  }
}
