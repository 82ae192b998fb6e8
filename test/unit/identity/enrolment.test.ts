import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CredentialInvalid, readCredential } from '../../../src/identity/credential.ts'
import { TicketDesk } from '../../../src/identity/enrolment-desk.ts'
import { decodeAnswer, type EnrolmentAnswer, encodeForm } from '../../../src/identity/enrolment-form.ts'
import { EnrolmentShelf, type ShelvedTicket } from '../../../src/identity/enrolment-shelf.ts'
import {
  parseTicket,
  printTicket,
  proveTicket,
  TicketUnreadable,
} from '../../../src/identity/enrolment-ticket.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const hour = 3_600_000

describe('enrolment', () => {
  let folder: string
  let clock: FakeClock
  const trustRoot = SigningKey.generate()
  const box = SigningKey.generate()

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-enrolment-'))
    clock = new FakeClock(1_800_000_000_000)
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  const shelf = () => new EnrolmentShelf(join(folder, 'tickets'))
  const desk = () => new TicketDesk('town.example', trustRoot, shelf(), clock, silentLog)
  const ticket = () => shelf().add(clock.now() + hour, ['town.example'], clock.now())
  const present = async ({ id, secret }: ShelvedTicket, key = box): Promise<EnrolmentAnswer> => {
    const form = encodeForm({ ticket: id, proof: proveTicket(secret, id, key.publicKey) })
    return decodeAnswer(await desk().receive(key.publicKey, form))
  }

  it('a ticket made by another process is worth a credential of the trust root', async () => {
    const answer = await present(ticket())
    if (answer.outcome !== 'enrolled') throw new Error(answer.reason)
    const credential = readCredential(answer.credential, trustRoot.publicKey)
    expect(credential).toMatchObject({
      overlay: 'town.example',
      mayServe: ['town.example'],
      notBefore: clock.now(),
    })
    expect(Buffer.from(credential.publicKey)).toEqual(Buffer.from(box.publicKey))
  })

  it('a ticket works for one box only', async () => {
    const used = ticket()
    await present(used)
    expect(await present(used, SigningKey.generate())).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('by another box'),
    })
  })

  it('a box that lost the answer may ask again', async () => {
    const used = ticket()
    await present(used)
    expect(await present(used)).toMatchObject({ outcome: 'enrolled' })
  })

  it('an expired ticket is refused with the time', async () => {
    const late = ticket()
    clock.advance(hour + 1)
    expect(await present(late)).toMatchObject({
      outcome: 'refused',
      reason: 'the ticket expired at 2027-01-15 09:00 UTC: ask for a new one',
    })
  })

  it('a ticket of another box, a wrong secret and another box’s proof are refused', async () => {
    const good = ticket()
    const refused = { outcome: 'refused' }
    expect(await present({ ...good, id: Buffer.alloc(8) })).toMatchObject(refused)
    expect(await present({ ...good, secret: Buffer.alloc(16) })).toMatchObject(refused)
    const stolen = encodeForm({
      ticket: good.id,
      proof: proveTicket(good.secret, good.id, SigningKey.generate().publicKey),
    })
    expect(decodeAnswer(await desk().receive(box.publicKey, stolen))).toMatchObject(refused)
    expect(decodeAnswer(await desk().receive(box.publicKey, Buffer.from('?')))).toMatchObject(refused)
    expect(await present(good)).toMatchObject({ outcome: 'enrolled' })
  })

  it('tickets long expired leave the shelf', () => {
    const old = ticket()
    clock.advance(31 * 24 * hour + hour)
    ticket()
    expect(shelf().find(old.id)).toBeUndefined()
  })

  it('another trust root’s credential is no credential', async () => {
    const answer = await present(ticket())
    if (answer.outcome !== 'enrolled') throw new Error(answer.reason)
    const { credential } = answer
    expect(() => readCredential(credential, SigningKey.generate().publicKey)).toThrow(CredentialInvalid)
    const flipped = credential.slice()
    flipped[20] = (flipped[20] ?? 0) ^ 1
    expect(() => readCredential(flipped, trustRoot.publicKey)).toThrow(CredentialInvalid)
  })
})

describe('ticket text', () => {
  const ticket = {
    overlay: 'town.example',
    trustRoot: new Uint8Array(32).fill(1),
    admitting: new Uint8Array(32).fill(2),
    addresses: ['/ip4/192.0.2.1/tcp/4160'],
    id: new Uint8Array(8).fill(3),
    secret: new Uint8Array(16).fill(4),
    expiresAt: 1_800_000_000_000,
  }

  it('is one word that reads back', () => {
    const text = printTicket(ticket)
    expect(text).toMatch(/^causeway1\.[\w-]+$/)
    expect(parseTicket(` ${text}\n`)).toEqual(ticket)
  })

  it('damaged or foreign text is told apart', () => {
    expect(() => parseTicket(printTicket(ticket).slice(0, -9))).toThrow(/damaged/)
    expect(() => parseTicket('hello')).toThrow(TicketUnreadable)
  })
})
