import { randomUUID } from 'node:crypto'
import { Client } from 'rtpengine-client'
import codec from 'rtpengine-client/lib/BaseClient.js'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { MediaRelayFailed } from '../../media/media-relay-failed.ts'

export interface NgAddress {
  readonly host: string
  readonly port: number
  /** Bound for one command, retransmissions included. */
  readonly timeoutMs: number
}

export type NgReply = Readonly<Record<string, unknown>>

const firstRetryMs = 100
/** How long a late or repeated reply to an old cookie is expected. */
const rememberMs = 10_000
const maxPending = 10_000

/**
 * rtpengine's ng protocol over UDP. rtpengine-client has the socket and the codec; cookies, retransmission and
 * time-outs are ours, since it has none of the former and turns a late reply into an `error` event and console output.
 */
export class NgClient {
  readonly #address: NgAddress
  readonly #clock: Clock
  readonly #log: Log
  #client: Client | undefined
  readonly #pending = new Set<(error: MediaRelayFailed) => void>()

  constructor(address: NgAddress, clock: Clock, log: Log) {
    this.#address = address
    this.#clock = clock
    this.#log = log
  }

  async open(): Promise<void> {
    const client = new Client()
    this.#client = client
    // Without a listener an error event would end the process.
    client.on('error', (error: Error) => this.#log.warn({ error: error.message }, 'rtpengine client trouble'))
    const { promise, resolve } = Promise.withResolvers<void>()
    client.on('listening', () => {
      client.socket.unref()
      resolve()
    })
    await promise
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    for (const fail of [...this.#pending]) fail(new MediaRelayFailed('answer', 'the box is stopping'))
    client?.close()
  }

  /** Sends one command until it is answered. Rejects with `MediaRelayFailed`; `error-reason` is its text. */
  command(name: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<NgReply> {
    const client = this.#client
    if (!client) return Promise.reject(new MediaRelayFailed(name, 'not started'))
    if (this.#pending.size >= maxPending) return Promise.reject(new MediaRelayFailed(name, 'too much to do'))
    // The client only reads cookies of 36 characters.
    const cookie = randomUUID()
    const message = codec.encodeMessage(cookie, { ...parameters, command: name })
    const { promise, resolve, reject } = Promise.withResolvers<NgReply>()
    const timers: Timer[] = []
    const settle = (error: MediaRelayFailed | undefined, reply: NgReply = {}) => {
      for (const timer of timers) timer.cancel()
      this.#pending.delete(settle)
      this.#expectLate(client, cookie)
      if (error) reject(error)
      else resolve(reply)
    }
    this.#pending.add(settle)
    client.messages.set(cookie, (error, reply = {}) => {
      if (error) settle(new MediaRelayFailed(name, String(error)))
      else if (reply.result === 'error') settle(new MediaRelayFailed(name, String(reply['error-reason'])))
      else settle(undefined, reply)
    })
    this.#sendRepeatedly(client, message, timers)
    const tooLate = () => settle(new MediaRelayFailed(name, `no answer within ${this.#address.timeoutMs} ms`))
    timers.push(this.#clock.after(this.#address.timeoutMs, tooLate))
    return promise
  }

  /** The same cookie each time: rtpengine repeats its answer and does not do the work again. */
  #sendRepeatedly(client: Client, message: Buffer, timers: Timer[]): void {
    const { host, port, timeoutMs } = this.#address
    const send = () => {
      client.socket.send(message, port, host, (error) => {
        if (error) this.#log.debug({ error: error.message }, 'rtpengine command not sent')
      })
    }
    send()
    for (let delay = firstRetryMs; delay < timeoutMs; delay = delay * 2 + firstRetryMs) {
      timers.push(this.#clock.after(delay, send))
    }
  }

  #expectLate(client: Client, cookie: string): void {
    client.messages.set(cookie, () => this.#expectLate(client, cookie))
    this.#clock.after(rememberMs, () => client.messages.delete(cookie))
  }
}
