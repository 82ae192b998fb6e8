import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { base64url } from '../lib/base64url.ts'
import { createDurably } from '../lib/durable-file.ts'
import { ticketIdBytes, ticketSecretBytes } from './enrolment-ticket.ts'

/** What the person who invites decides about the new box. */
export interface TicketTerms {
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
  /** Goes into the credential: whose users the new box may announce, as name patterns. */
  readonly mayServe: readonly string[]
  readonly role: 'peer' | 'client'
  /** The ticket alone does not let the box in: somebody looks at it first. */
  readonly needsApproval: boolean
}

/** The inviting box's half of a ticket. */
export interface ShelvedTicket extends TicketTerms {
  readonly id: Uint8Array
  readonly secret: Uint8Array
}

/** Who used a ticket, and when. */
export interface TicketUse {
  /** Raw key in base64url. */
  readonly publicKey: string
  readonly at: number
  /** In base64url; drawn at the first use, so that asking again brings no other one. */
  readonly place: string
}

export interface TicketDecision {
  readonly approved: boolean
  readonly at: number
}

/** A box that showed a ticket and is not let in yet. */
export interface WaitingBox {
  readonly ticket: ShelvedTicket
  readonly use: TicketUse
}

/** A ticket's file on this box cannot be read; the ticket is lost, nothing else. */
export class TicketFileDamaged extends Error {
  override readonly name = 'TicketFileDamaged'

  constructor(path: string, cause: Error) {
    super(`${path} cannot be read (${cause.message}): remove it, and make a new ticket`, { cause })
  }
}

/** How long after its end a ticket is kept, in milliseconds: who shows it is told what was wrong with it. */
export const keepAfterExpiry = 30 * 86_400_000

type Kind = 'ticket' | 'used' | 'decision'

/**
 * Tickets on disk, a file each, so that a ticket made by `causeway overlay invite` is good at the running box at once.
 * Its use is a second file that only one process can create: a ticket works once, across crashes too. An approval is a third.
 */
export class EnrolmentShelf {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  add(terms: TicketTerms, now: number): ShelvedTicket {
    this.#tidy(now)
    const ticket = { id: randomBytes(ticketIdBytes), secret: randomBytes(ticketSecretBytes), ...terms }
    this.#create(ticket.id, 'ticket', { ...terms, secret: ticket.secret.toString('base64url') })
    return ticket
  }

  /** A ticket whose file is damaged is none. */
  find(id: Uint8Array): ShelvedTicket | undefined {
    try {
      const noted = this.#read(id, 'ticket') as (TicketTerms & { secret: string }) | undefined
      return noted && { ...noted, id, secret: Buffer.from(noted.secret, 'base64url') }
    } catch (error) {
      if (error instanceof TicketFileDamaged) return undefined
      throw error
    }
  }

  /** Undefined while nobody has used the ticket. Throws `TicketFileDamaged`: it must not be used twice. */
  useOf(id: Uint8Array): TicketUse | undefined {
    return this.#read(id, 'used') as TicketUse | undefined
  }

  /** Marks the ticket as used by that box. Returns the first use: this one, or an earlier one. Throws `TicketFileDamaged`. */
  use(id: Uint8Array, publicKey: Uint8Array, place: Uint8Array, now: number): TicketUse {
    const use: TicketUse = { publicKey: base64url(publicKey), at: now, place: base64url(place) }
    return this.#create(id, 'used', use) ? use : (this.#read(id, 'used') as TicketUse)
  }

  /** Boxes about which nobody has decided, in the order of their asking. */
  waiting(): readonly WaitingBox[] {
    return this.#tickets()
      .flatMap((id) => {
        const ticket = this.find(id)
        const use = this.useOf(id)
        return ticket?.needsApproval && use && !this.decisionOn(id) ? [{ ticket, use }] : []
      })
      .toSorted((one, other) => one.use.at - other.use.at)
  }

  /** The first decision stands: this one, or an earlier one, which is returned. */
  decide(id: Uint8Array, approved: boolean, now: number): TicketDecision {
    const decision: TicketDecision = { approved, at: now }
    return this.#create(id, 'decision', decision) ? decision : (this.#read(id, 'decision') as TicketDecision)
  }

  decisionOn(id: Uint8Array): TicketDecision | undefined {
    return this.#read(id, 'decision') as TicketDecision | undefined
  }

  #create(id: Uint8Array, kind: Kind, content: object): boolean {
    return createDurably(this.#path(id, kind), `${JSON.stringify(content, undefined, 2)}\n`)
  }

  #read(id: Uint8Array, kind: Kind): unknown {
    const path = this.#path(id, kind)
    const text = readIfThere(path)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new TicketFileDamaged(path, cause as Error)
    }
  }

  #path(id: Uint8Array, kind: Kind): string {
    return join(this.#folder, `${Buffer.from(id).toString('hex')}.${kind}.json`)
  }

  #tickets(): Uint8Array[] {
    return namesIn(this.#folder).flatMap((name) => {
      const [, id] = /^([0-9a-f]+)\.ticket\.json$/.exec(name) ?? []
      return id === undefined ? [] : [Buffer.from(id, 'hex')]
    })
  }

  #tidy(now: number): void {
    for (const id of this.#tickets()) {
      const ticket = this.find(id)
      if (!ticket || ticket.expiresAt + keepAfterExpiry > now) continue
      for (const kind of ['ticket', 'used', 'decision'] as const)
        rmSync(this.#path(id, kind), { force: true })
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
