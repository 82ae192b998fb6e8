import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createDurably } from '../lib/durable-file.ts'
import { ticketIdBytes, ticketSecretBytes } from './enrolment-ticket.ts'

/** The inviting box's half of a ticket. */
export interface ShelvedTicket {
  readonly id: Uint8Array
  readonly secret: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
  /** Goes into the credential: domains whose users the new box may announce. */
  readonly mayServe: readonly string[]
}

/** Who used a ticket, and when. */
export interface TicketUse {
  /** Raw key in base64url. */
  readonly publicKey: string
  readonly at: number
}

const keepAfterExpiry = 30 * 86_400_000

/**
 * Tickets on disk, a file each, so that a ticket made by `causeway overlay invite` is good at the running box at once.
 * Its use is a second file that only one process can create: a ticket works once, across crashes too.
 */
export class EnrolmentShelf {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  add(expiresAt: number, mayServe: readonly string[], now: number): ShelvedTicket {
    this.#tidy(now)
    const ticket = {
      id: randomBytes(ticketIdBytes),
      secret: randomBytes(ticketSecretBytes),
      expiresAt,
      mayServe,
    }
    const text = { secret: ticket.secret.toString('base64url'), expiresAt, mayServe }
    createDurably(this.#path(ticket.id, 'ticket'), `${JSON.stringify(text, undefined, 2)}\n`)
    return ticket
  }

  find(id: Uint8Array): ShelvedTicket | undefined {
    const text = readIfThere(this.#path(id, 'ticket'))
    if (text === undefined) return undefined
    const { secret, expiresAt, mayServe } = JSON.parse(text) as Omit<ShelvedTicket, 'secret'> & {
      secret: string
    }
    return { id, secret: Buffer.from(secret, 'base64url'), expiresAt, mayServe }
  }

  /** Marks the ticket as used by that box. Returns the first use: this one, or an earlier one. */
  use(id: Uint8Array, publicKey: Uint8Array, now: number): TicketUse {
    const use: TicketUse = { publicKey: Buffer.from(publicKey).toString('base64url'), at: now }
    if (createDurably(this.#path(id, 'used'), `${JSON.stringify(use)}\n`)) return use
    return JSON.parse(readFileSync(this.#path(id, 'used'), 'utf8')) as TicketUse
  }

  #path(id: Uint8Array, kind: 'ticket' | 'used'): string {
    return join(this.#folder, `${Buffer.from(id).toString('hex')}.${kind}.json`)
  }

  #tidy(now: number): void {
    for (const name of namesIn(this.#folder)) {
      const match = /^([0-9a-f]+)\.ticket\.json$/.exec(name)
      if (!match?.[1]) continue
      const id = Buffer.from(match[1], 'hex')
      const ticket = this.find(id)
      if (!ticket || ticket.expiresAt + keepAfterExpiry > now) continue
      rmSync(this.#path(id, 'ticket'), { force: true })
      rmSync(this.#path(id, 'used'), { force: true })
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
