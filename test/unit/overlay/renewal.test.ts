import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCredential } from '../../../src/identity/credential.ts'
import { appointIssuer, CredentialIssuer, drawPlace } from '../../../src/identity/credential-issuer.ts'
import { TrustedCredentials } from '../../../src/identity/trusted-credentials.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { credentialAge, credentialWarning } from '../../../src/overlay/trust/credential-life.ts'
import type { EnrolmentDesk } from '../../../src/overlay/trust/credential-reader.ts'
import { OwnCredential } from '../../../src/overlay/trust/own-credential.ts'
import { Renewal } from '../../../src/overlay/trust/renewal.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { now } from './some-records.ts'
import { day, TrustedTown } from './trusted-town.ts'

const hour = day / 24

describe('the age of a credential', () => {
  const term = { notBefore: now, notAfter: now + 90 * day }

  it('is due after two thirds, urgent for the last 14 days, and then ended', () => {
    const at = (days: number) => credentialAge(term, now + days * day)
    expect([0, 59.9, 60, 75.9, 76, 90, 90.1].map(at)).toEqual([
      ...['fresh', 'fresh', 'due', 'due', 'urgent', 'urgent', 'ended'],
    ])
  })

  it('is worth a word only when somebody has to do something', () => {
    expect(credentialWarning(term, now + 70 * day)).toBeUndefined()
    expect(credentialWarning(term, now + 80 * day)).toMatch(/ends on 2027-04-15 and no issuing box/)
    expect(credentialWarning(term, now + 91 * day)).toMatch(/ended on 2027-04-15: .*join --again/)
  })
})

describe('renewal over the months', { timeout: 30_000 }, () => {
  const root = SigningKey.generate()
  const key = SigningKey.generate()
  const issuer = new CredentialIssuer(
    'town.example',
    key,
    appointIssuer('town.example', key.publicKey, root, now),
  )
  const credentials = new TrustedCredentials(root.publicKey, 'town.example')

  const start = (renew: EnrolmentDesk['renew']) => {
    const clock = new FakeClock(now)
    const rights = { publicKey: key.publicKey, place: drawPlace(), roles: ['peer'] as const, mayServe: ['*'] }
    const own = new OwnCredential(issuer.issue(rights, now), credentials)
    const log = new CollectedLog()
    const asked: number[] = []
    const renewal = new Renewal({
      ...{ own, clock, log, random: () => 0.5, table: { members: () => [] } },
      calls: { ask: () => Promise.reject(new Error('nobody is asked')) },
      desk: {
        receive: () => Promise.reject(new Error('nobody enrols')),
        renew: (publicKey, credential) => {
          asked.push(clock.now())
          return renew(publicKey, credential)
        },
      },
      onRenewed: () => undefined,
    })
    renewal.start()
    const pass = async (days: number) => {
      for (let passed = 0; passed < days * day; passed += hour / 6) {
        clock.advance(hour / 6)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const again = () => ({ credential: issuer.issue(rights, clock.now()) })
    const elsewhere = () => ({ credential: issuer.issue({ ...rights, place: drawPlace() }, clock.now()) })
    return { clock, own, log, asked, renewal, pass, again, elsewhere }
  }

  it('asks once, after two thirds of the life, and again two thirds later', async () => {
    const box = start(() => Promise.resolve(box.again()))
    await box.pass(59)
    expect(box.asked).toEqual([])
    await box.pass(63)
    expect(box.asked.map((at) => Math.floor((at - now) / day))).toEqual([60, 120])
    expect(box.own.content.notAfter).toBeGreaterThan(now + 209 * day)
    box.renewal.stop()
  })

  it('asks every ten minutes while it is refused, and says so once a day from the last 14 days on', async () => {
    const box = start(() => Promise.resolve({ refusedBecause: 'not today' }))
    const warnings = () => box.log.reasons('a credential has to be renewed').length
    await box.pass(61)
    expect(box.asked.length).toBeGreaterThan(100)
    expect(warnings()).toBe(0)
    await box.pass(17.5)
    expect(warnings()).toBe(3)
    expect(box.renewal.warning()).toMatch(/no issuing box has renewed it/)
    box.renewal.stop()
  })

  it('does not take a credential that would move the box', async () => {
    const box = start(() => Promise.resolve(box.elsewhere()))
    const before = box.own.bytes
    await box.pass(61)
    expect(box.asked.length).toBeGreaterThan(1)
    expect(box.own.bytes).toBe(before)
    box.renewal.stop()
  })
})

describe('renewal among boxes', { timeout: 30_000 }, () => {
  let clock: FakeClock
  let town: TrustedTown

  beforeEach(() => {
    clock = new FakeClock(now)
    town = new TrustedTown(clock)
  })

  afterEach(() => town.close())

  it('comes from the issuer, and no connection ends, not even when the old credential does', async () => {
    const issuer = await town.box(90 * day - 120_000)
    const box = await town.box(90 * day - 120_000)
    await town.pass(5_000)
    let changes = 0
    box.overlay.onPeerChange(() => changes++)
    await town.pass(180_000)
    expect(changes).toBe(0)
    for (const { overlay, kept } of [issuer, box]) {
      expect(kept).toHaveLength(1)
      const renewed = readCredential(kept[0] ?? new Uint8Array(), town.root.publicKey)
      expect(renewed.notAfter).toBeGreaterThan(clock.now() + 89 * day)
      const credentialEndsAt = renewed.notAfter
      expect(overlay.status()).toMatchObject({ credentialEndsAt, credentialWarning: undefined })
      expect(overlay.health().connectedPeers).toBe(1)
    }
    await box.overlay.store('sip-aor', 'sip:anna@town.example', new Uint8Array(), 60)
    const found = issuer.overlay.fetch('sip-aor', 'sip:anna@town.example', AbortSignal.timeout(5_000))
    await town.pass(2_000)
    expect(await found).toMatchObject([{ signer: box.overlay.peerName }])
  })

  it('without an issuer ends with the credential, and the box says what to do', async () => {
    const issuer = await town.box()
    const box = await town.box(90 * day - 60_000)
    await town.pass(5_000)
    expect(box.overlay.health().connectedPeers).toBe(1)
    expect(box.overlay.status().credentialWarning).toMatch(/ends on/)
    issuer.unplug()
    await town.pass(90_000)
    expect(box.kept).toEqual([])
    expect(box.overlay.health()).toMatchObject({
      state: 'isolated',
      why: expect.stringMatching(/ended on .*: make a ticket/),
    })
  })

  it('is not given to a box that was revoked', async () => {
    const issuer = await town.box()
    const box = await town.box(80 * day)
    await town.pass(5_000)
    issuer.revocations.take([town.revoke(box)])
    await town.pass(60_000)
    expect(box.kept).toEqual([])
  })
})
