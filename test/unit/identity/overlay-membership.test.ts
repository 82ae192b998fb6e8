import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCredential } from '../../../src/identity/credential.ts'
import {
  joinedOverlays,
  MembershipProblem,
  OverlayMembership,
} from '../../../src/identity/overlay-membership.ts'
import { systemClock } from '../../../src/lib/clock.ts'

describe('membership on disk', () => {
  let dataDir: string

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'causeway-membership-'))
  })

  afterEach(() => rmSync(dataDir, { recursive: true }))

  const membership = () => new OverlayMembership(dataDir, 'town.example')

  it('what was created is loaded again, with its own credential', () => {
    const created = membership().create(systemClock)
    const loaded = membership().load()
    expect(Buffer.from(loaded.key.publicKey)).toEqual(Buffer.from(created.key.publicKey))
    expect(readCredential(loaded.credential, loaded.trustRoot)).toMatchObject({ overlay: 'town.example' })
    expect(joinedOverlays(dataDir)).toEqual(['town.example'])
    for (const name of ['identity.pem', 'trust-root.pem', 'membership.json'])
      expect(statSync(membership().path(name)).mode & 0o777).toBe(0o600)
  })

  it('an overlay is created once: its trust root is never replaced', () => {
    membership().create(systemClock)
    const root = readFileSync(membership().path('trust-root.pem'), 'utf8')
    expect(() => membership().create(systemClock)).toThrow(/already in the overlay/)
    expect(readFileSync(membership().path('trust-root.pem'), 'utf8')).toBe(root)
  })

  it('a box that is no member is told what to do', () => {
    expect(() => membership().load()).toThrow(/causeway overlay join <ticket>/)
  })

  it.each(['identity.pem', 'membership.json', 'addresses.json'])('a damaged %s is named', (name) => {
    const { key } = membership().create(systemClock)
    expect(key).toBeDefined()
    writeFileSync(membership().path(name), '{')
    const read = () => (name === 'addresses.json' ? membership().notedAddresses() : membership().load())
    expect(read).toThrow(MembershipProblem)
    expect(read).toThrow(new RegExp(`${name} cannot be used .*: restore the folder`))
  })

  it.each(['..', 'town', 'a/b.example', '.example', '-a.example', 'TOWN.example'])(
    '"%s" cannot name an overlay',
    (domain) => {
      expect(() => new OverlayMembership(dataDir, domain)).toThrow(MembershipProblem)
    },
  )
})
