import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Part } from '../../src/lib/part.ts'
import { within } from './within.ts'

export interface GuesserOptions {
  /** From which it sends. */
  readonly address: string
  readonly server: { readonly host: string; readonly port: number }
  readonly domain: string
  readonly username: string
}

const batch = 100

/** Tries passwords by REGISTER over UDP: it hears the challenge, so that its address is its own, and answers it wrongly. */
export class PasswordGuesser implements Part {
  readonly name = 'password guesser'
  /** Statuses of the answers to its guesses. */
  readonly answers: number[] = []
  readonly #options: GuesserOptions
  readonly #socket: Socket = createSocket('udp4')
  #nonce = ''
  #realm = ''
  #sent = 0

  constructor(options: GuesserOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#socket.bind(0, this.#options.address)
    await once(this.#socket, 'listening')
    const answered = once(this.#socket, 'message') as Promise<[Buffer]>
    this.#send()
    const [challenge] = await within(5_000, 'a challenge', answered)
    this.#nonce = /nonce="([^"]+)"/.exec(challenge.toString())?.[1] ?? ''
    this.#realm = /realm="([^"]+)"/.exec(challenge.toString())?.[1] ?? ''
    this.#socket.on('message', (answer) => this.answers.push(Number(answer.toString().slice(8, 11))))
  }

  async stop(): Promise<void> {
    this.#socket.close()
  }

  async guess(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      this.#send()
      if (count % batch === batch - 1) await pause(5)
    }
  }

  #send(): void {
    const { host, port } = this.#options.server
    this.#socket.send(this.#register(), port, host)
  }

  #register(): string {
    const { domain, username } = this.#options
    const count = this.#sent++
    const { address, port } = this.#socket.address()
    const hex = count.toString(16)
    const words = [
      `username="${username}", realm="${this.#realm}", nonce="${this.#nonce}", uri="sip:${domain}"`,
      `response="${hex.padStart(32, '0')}", algorithm=MD5, qop=auth, nc=${hex.padStart(8, '0')}, cnonce="c"`,
    ]
    return [
      `REGISTER sip:${domain} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${port}x${count}`,
      `From: <sip:${username}@${domain}>;tag=${count}`,
      `To: <sip:${username}@${domain}>`,
      `Call-ID: guess-${port}`,
      `CSeq: ${count + 1} REGISTER`,
      'Max-Forwards: 70',
      `Contact: <sip:${username}@${address}:${port}>`,
      ...(this.#nonce === '' ? [] : [`Authorization: Digest ${words.join(', ')}`]),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')
  }
}
