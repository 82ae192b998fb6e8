import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Credential, CredentialInvalid, readCredential } from '../../../src/identity/credential.ts'
import { appointIssuer, CredentialIssuer } from '../../../src/identity/credential-issuer.ts'
import { TicketDesk } from '../../../src/identity/enrolment-desk.ts'
import { decodeAnswer, type EnrolmentAnswer, encodeForm } from '../../../src/identity/enrolment-form.ts'
import {
  EnrolmentShelf,
  type ShelvedTicket,
  type TicketTerms,
} from '../../../src/identity/enrolment-shelf.ts'
import {
  parseTicket,
  printTicket,
  proveTicket,
  TicketUnreadable,
} from '../../../src/identity/enrolment-ticket.ts'
import { TrustedCredentials } from '../../../src/identity/trusted-credentials.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const hour = 3_600_000

describe('enrolment', () => {
  let folder: string
  let clock: FakeClock
  let revoked: Set<string>
  const trustRoot = SigningKey.generate()
  const issuerKey = SigningKey.generate()
  const box = SigningKey.generate()

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-enrolment-'))
    clock = new FakeClock(1_800_000_000_000)
    revoked = new Set()
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  const credentials = new TrustedCredentials(trustRoot.publicKey, 'town.example', {
    isRevoked: ({ publicKey }) => revoked.has(Buffer.from(publicKey).toString('hex')),
  })
  const shelf = () => new EnrolmentShelf(join(folder, 'tickets'))
  const desk = () => {
    const certificate = appointIssuer('town.example', issuerKey.publicKey, trustRoot, clock.now())
    const issuer = new CredentialIssuer('town.example', issuerKey, certificate)
    return new TicketDesk({ issuer, credentials, shelf: shelf(), clock, log: silentLog })
  }
  const ticket = (changes: Partial<TicketTerms> = {}) => {
    const usual = { mayServe: ['town.example'], role: 'peer', needsApproval: false } as const
    return shelf().add({ expiresAt: clock.now() + hour, ...usual, ...changes }, clock.now())
  }
  const present = async (
    { id, secret }: ShelvedTicket,
    key = box,
    at = clock.now(),
  ): Promise<EnrolmentAnswer> => {
    const form = encodeForm({ ticket: id, proof: proveTicket(secret, id, key.publicKey), at })
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

  it('a box that lost the answer may ask again, and keeps its place', async () => {
    const used = ticket()
    const [first, second] = [await present(used), await present(used)]
    if (first.outcome !== 'enrolled' || second.outcome !== 'enrolled') throw new Error('refused')
    const places = [first, second].map(
      ({ credential }) => readCredential(credential, trustRoot.publicKey).place,
    )
    expect(places[1]).toEqual(places[0])
  })

  it('an expired ticket is refused with the times at which to see whose clock is wrong', async () => {
    const late = ticket()
    clock.advance(hour + 1)
    expect(await present(late)).toMatchObject({
      outcome: 'refused',
      reason:
        'the ticket expired at 2027-01-15 09:00 UTC, and it is 2027-01-15 09:00 UTC at the inviting box: ask for a new one',
    })
  })

  it('a wrong clock is named before it costs the ticket', async () => {
    const good = ticket()
    expect(await present(good, box, clock.now() - 12 * 60_000)).toEqual({
      outcome: 'refused',
      reason: expect.stringMatching(
        /it is 2027-01-15 07:48 UTC at the new box and 2027-01-15 08:00 UTC at the inviting one; set the wrong clock/,
      ),
    })
    expect(shelf().useOf(good.id)).toBeUndefined()
    expect(await present(good)).toMatchObject({ outcome: 'enrolled' })
  })

  it('the role of the ticket becomes that of the credential', async () => {
    const answer = await present(ticket({ role: 'client' }))
    if (answer.outcome !== 'enrolled') throw new Error(answer.reason)
    expect(readCredential(answer.credential, trustRoot.publicKey).roles).toEqual(['client'])
  })

  it('a ticket that needs an approval is worth nothing until somebody gives it', async () => {
    const good = ticket({ needsApproval: true })
    expect(shelf().waiting()).toEqual([])
    expect(await present(good)).toMatchObject({ outcome: 'pending' })
    const key = Buffer.from(box.publicKey).toString('base64url')
    expect(shelf().waiting()).toMatchObject([{ use: { publicKey: key } }])
    expect(await present(good, SigningKey.generate())).toMatchObject({ outcome: 'refused' })
    // Approvals take their time; the ticket was shown in time.
    clock.advance(48 * hour)
    shelf().decide(good.id, true, clock.now())
    expect(shelf().waiting()).toEqual([])
    expect(await present(good)).toMatchObject({ outcome: 'enrolled' })
  })

  it('a rejection is final', async () => {
    const good = ticket({ needsApproval: true })
    await present(good)
    shelf().decide(good.id, false, clock.now())
    expect(shelf().decide(good.id, true, clock.now())).toMatchObject({ approved: false })
    expect(await present(good)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/rejected/),
    })
  })

  it.each([
    ['ticket', /has made no such ticket/],
    ['used', /cannot read its half of the ticket/],
  ])('a damaged %s file lets nobody in, and does not hinder others', async (kind, reason) => {
    const good = ticket()
    await present(good)
    writeFileSync(join(folder, 'tickets', `${Buffer.from(good.id).toString('hex')}.${kind}.json`), '{')
    for (const key of [box, SigningKey.generate()])
      expect(await present(good, key)).toMatchObject({
        outcome: 'refused',
        reason: expect.stringMatching(reason),
      })
    expect(await present(ticket())).toMatchObject({ outcome: 'enrolled' })
  })

  it('a ticket of another box, a wrong secret and another box’s proof are refused', async () => {
    const good = ticket()
    const refused = { outcome: 'refused' }
    expect(await present({ ...good, id: Buffer.alloc(8) })).toMatchObject(refused)
    expect(await present({ ...good, secret: Buffer.alloc(16) })).toMatchObject(refused)
    const stolen = encodeForm({
      ticket: good.id,
      proof: proveTicket(good.secret, good.id, SigningKey.generate().publicKey),
      at: clock.now(),
    })
    expect(decodeAnswer(await desk().receive(box.publicKey, stolen))).toMatchObject(refused)
    expect(decodeAnswer(await desk().receive(box.publicKey, Buffer.from('?')))).toMatchObject(refused)
    expect(await present(good)).toMatchObject({ outcome: 'enrolled' })
  })

  it('a revoked box is not let in again, whatever its ticket', async () => {
    revoked.add(Buffer.from(box.publicKey).toString('hex'))
    const good = ticket()
    expect(await present(good)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/revoked/),
    })
    expect(shelf().useOf(good.id)).toBeUndefined()
  })

  describe('renewal', () => {
    const enrolled = async (changes: Partial<TicketTerms> = {}) => {
      const answer = await present(ticket(changes))
      if (answer.outcome !== 'enrolled') throw new Error(answer.reason)
      return answer.credential
    }
    const read = (credential: Uint8Array) => readCredential(credential, trustRoot.publicKey)

    it('gives the same rights and place for another term', async () => {
      const old = await enrolled({ role: 'client', mayServe: ['sip:2*@town.example'] })
      clock.advance(60 * 24 * hour)
      const renewed = await desk().renew(box.publicKey, old)
      if (!('credential' in renewed)) throw new Error(renewed.refusedBecause)
      const { place, roles, mayServe, notAfter } = read(renewed.credential)
      expect({ place, roles, mayServe }).toEqual(pick(read(old)))
      expect(notAfter).toBe(clock.now() + 90 * 24 * hour)
    })

    it('is refused to another box, after the end, and to a revoked one', async () => {
      const old = await enrolled()
      const why = async (key = box.publicKey) => {
        const renewed = await desk().renew(key, old)
        return 'credential' in renewed ? 'renewed' : renewed.refusedBecause
      }
      expect(await why(SigningKey.generate().publicKey)).toMatch(/another box/)
      revoked.add(Buffer.from(box.publicKey).toString('hex'))
      expect(await why()).toMatch(/revoked/)
      revoked.clear()
      clock.advance(90 * 24 * hour + 1)
      expect(await why()).toMatch(/join again with a new ticket/)
    })
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

function pick({ place, roles, mayServe }: Credential): Partial<Credential> {
  return { place, roles, mayServe }
}

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
