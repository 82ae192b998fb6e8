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
const maxPending = 10_000

interface PendingCommand {
  readonly name: string
  readonly timers: Timer[]
  readonly resolve: (reply: NgReply) => void
  readonly reject: (error: MediaRelayFailed) => void
}

/**
 * rtpengine's ng protocol over UDP. rtpengine-client has the socket and the codec; cookies, retransmission and time-outs
 * are ours, since it never retransmits and turns a late or repeated reply into an `error` event and console output.
 */
export class NgClient {
  readonly #address: NgAddress
  readonly #clock: Clock
  readonly #log: Log
  #client: Client | undefined
  readonly #pending = new Map<string, PendingCommand>()

  constructor(address: NgAddress, clock: Clock, log: Log) {
    this.#address = address
    this.#clock = clock
    this.#log = log
  }

  async open(): Promise<void> {
    // An rtpengine on this machine is asked from an address that nobody on the network can send to.
    const isHere = /^(127\.|localhost$)/.test(this.#address.host)
    const client = new Client({ localAddress: isHere ? '127.0.0.1' : '0.0.0.0' })
    this.#client = client
    // Without a listener an error event would end the process.
    client.on('error', (error: Error) => this.#log.warn({ error: error.message }, 'rtpengine client trouble'))
    client.socket.removeAllListeners('message')
    client.socket.on('message', (message) => this.#receive(message))
    const { promise, resolve } = Promise.withResolvers<void>()
    client.on('listening', resolve)
    await promise
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    for (const cookie of [...this.#pending.keys()]) this.#fail(cookie, 'the box is stopping')
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
    const pending: PendingCommand = { name, timers: [], resolve, reject }
    this.#pending.set(cookie, pending)
    this.#sendRepeatedly(client, message, pending.timers)
    const { timeoutMs } = this.#address
    const tooLate = () => this.#fail(cookie, `no answer within ${timeoutMs} ms`)
    pending.timers.push(this.#clock.after(timeoutMs, tooLate))
    return promise
  }

  #receive(message: Buffer): void {
    try {
      const { id, data } = codec.decodeMessage(message)
      if (data.result === 'error') this.#fail(id, String(data['error-reason']))
      else this.#take(id)?.resolve(data)
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'no reply of rtpengine')
    }
  }

  #fail(cookie: string, reason: string): void {
    const pending = this.#take(cookie)
    pending?.reject(new MediaRelayFailed(pending.name, reason))
  }

  /** Undefined for a reply that comes late, or again. */
  #take(cookie: string): PendingCommand | undefined {
    const pending = this.#pending.get(cookie)
    this.#pending.delete(cookie)
    for (const timer of pending?.timers ?? []) timer.cancel()
    return pending
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
}
