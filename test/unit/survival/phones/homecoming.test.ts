import { beforeEach, describe, expect, it } from 'vitest'
import { userEntry } from '../../../../src/config/sections/users.ts'
import type { AorText } from '../../../../src/domain/aor.ts'
import { type Binding, bindingKey } from '../../../../src/domain/binding.ts'
import { homeCredentials } from '../../../../src/gateway/home-credentials.ts'
import { Accounts } from '../../../../src/identity/accounts.ts'
import { readDigestCredentials } from '../../../../src/identity/digest-credentials.ts'
import { digestHa1, digestResponse } from '../../../../src/identity/digest-response.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import type { PbxStateChange, WatchedPbx } from '../../../../src/survival/health/pbx-watch.ts'
import { Homecoming } from '../../../../src/survival/phones/homecoming.ts'
import { LedRegistration } from '../../../../src/survival/phones/led-registration.ts'
import { RegistrationPace } from '../../../../src/survival/phones/registration-pace.ts'
import { aBinding } from '../../../support/a-binding.ts'
import { FakeNetwork, response, type SentRequest, settle } from '../../../support/fake-network.ts'

const domain = 'pbx.example'
const realm = 'asterisk'
const pbx: WatchedPbx = { name: 'main', domain, state: 'normal', server: '192.0.2.50', transport: 'udp' }

class Kept {
  rows: Binding[] = []
  all = () => this.rows
  lookup = (name: AorText) => this.rows.filter((binding) => binding.aor === name)
  async save(_name: AorText, { put }: { put: readonly Binding[] }): Promise<void> {
    const gone = new Set(put.map((each) => `${each.aor} ${bindingKey(each)}`))
    this.rows = [...this.rows.filter((each) => !gone.has(`${each.aor} ${bindingKey(each)}`)), ...put]
  }
}

/** A PBX that asks by digest for every REGISTER; `noncesLastFor`: how many requests a nonce is good for. */
class DigestPbx {
  readonly registered: string[] = []
  nonceUses = 0
  nonce = 0
  noncesLastFor = Number.POSITIVE_INFINITY

  answer = (request: SentRequest) => {
    const given = readDigestCredentials(request.header('Authorization'))
    const name = request.header('To').replace(/[<>]/g, '')
    if (given && given.nonce === `n${this.nonce}` && this.nonceUses < this.noncesLastFor) {
      this.nonceUses++
      const ha1 = digestHa1('MD5', given.username, realm, `pw-${given.username}`)
      if (digestResponse('MD5', ha1, 'REGISTER', given) === given.response) {
        this.registered.push(name)
        return response(200, { contact: `${request.header('Contact')};expires=500` })
      }
    }
    this.nonce++
    this.nonceUses = 0
    return response(401, {
      'www-authenticate': `Digest realm="${realm}", nonce="n${this.nonce}", qop="auth"`,
    })
  }
}

let clock: FakeClock
let network: FakeNetwork
let far: DigestPbx
let kept: Kept
let isInCharge: boolean
let changed: (change: PbxStateChange) => void
let homecoming: Homecoming
let sentAt: number[]
let said: string[]
let hasRoom: boolean

beforeEach(async () => {
  clock = new FakeClock(1_000_000)
  network = new FakeNetwork()
  far = new DigestPbx()
  sentAt = []
  said = []
  hasRoom = true
  network.answer = (request) => {
    sentAt.push(clock.now())
    return far.answer(request)
  }
  kept = new Kept()
  isInCharge = true
  const users = [
    ...Array.from({ length: 30 }, (_, index) => ({
      aor: `${201 + index}@${domain}`,
      password: `pw-${201 + index}`,
    })),
    { aor: `301@${domain}`, ha1: { realm, md5: digestHa1('MD5', '301', realm, 'pw-301') } },
    { aor: `302@${domain}`, password: 'wrong' },
  ].map((user) => userEntry.parse(user))
  const credentials = homeCredentials(new Accounts({ users, domains: [domain] }), () => realm)
  const perSecond = () => (homecoming.isUnderWay(domain) ? 20 : undefined)
  const pace = new RegistrationPace({ perSecond, clock })
  const turn = () => (hasRoom ? pace.turn('answer') : undefined)
  const led = new LedRegistration({ stack: network, credentials, turn, clock })
  homecoming = new Homecoming({
    pbxs: {
      stateOf: () => pbx,
      isInCharge: () => isInCharge,
      saw: (_name, outcome) => void said.push(outcome),
      onStateChange: (listener) => {
        changed = listener
      },
    },
    bindings: kept,
    ways: { wayOf: ({ user }) => (user.startsWith('4') ? 'backup' : 'front') },
    credentials,
    register: (to, binding) => led.register(to, binding),
    turn: () => pace.turn('led'),
    expirySeconds: 60,
    clock,
    log: silentLog,
  })
  await homecoming.start()
})

function phoneOf(user: string, more: Partial<Binding> = {}): void {
  const expiresAt = clock.now() + 50_000
  kept.rows.push(
    aBinding({ aor: `sip:${user}@${domain}`, contact: `sip:${user}@192.0.2.7`, expiresAt, ...more }),
  )
}

function isBack(): void {
  changed({ ...pbx, from: 'returning', to: 'normal', why: 'test' } as unknown as PbxStateChange)
}

async function pass(ms: number): Promise<void> {
  await settle()
  for (let step = 0; step < ms; step += 50) {
    clock.advance(50)
    await settle()
  }
}

const isAway = (user: string) => homecoming.isAway(`sip:${user}@${domain}`)

describe('the phones of a PBX that has come back', () => {
  it('are registered there by the box, no faster than they may be, with one request each', async () => {
    for (let user = 201; user < 231; user++) phoneOf(String(user))
    isBack()
    await pass(2_000)
    expect(far.registered).toHaveLength(30)
    expect(network.sent).toHaveLength(31) // the first of them was asked for its password
    for (const [index, at] of sentAt.slice(1).entries())
      expect(at - (sentAt[index] ?? 0)).toBeGreaterThanOrEqual(50)
    expect(kept.lookup(`sip:201@${domain}`)).toMatchObject([{ origin: 'pbx' }])
  })

  it('cost two requests each when the PBX takes no nonce twice, and come home all the same', async () => {
    far.noncesLastFor = 1
    for (let user = 201; user < 211; user++) phoneOf(String(user))
    isBack()
    await pass(5_000)
    expect(new Set(far.registered).size).toBe(10)
  })

  it('are led home by their HA1 where the box does not know the password', async () => {
    phoneOf('301')
    isBack()
    await pass(500)
    expect(far.registered).toEqual([`sip:301@${domain}`])
  })

  it('must speak for themselves where the box cannot, and are away until they have', async () => {
    phoneOf('302')
    phoneOf('999')
    isBack()
    await pass(1_000)
    expect(far.registered).toEqual([])
    expect([isAway('302'), isAway('999')]).toEqual([true, true])
    expect(homecoming.isToBeLed(`sip:302@${domain}`, domain)).toBe(false)
    kept.rows = kept.rows.map((binding) => ({ ...binding, origin: 'pbx', registeredAt: clock.now() }))
    homecoming.cameHome(`sip:302@${domain}`, domain)
    expect([isAway('302'), isAway('999')]).toEqual([false, true])
  })

  it('are away, and answered by the box, until their turn has come', async () => {
    for (let user = 201; user < 231; user++) phoneOf(String(user), { origin: 'pbx' })
    expect(isAway('230')).toBe(false)
    isBack()
    await pass(500)
    expect([isAway('201'), isAway('230')]).toEqual([false, true])
    expect(homecoming.isToBeLed(`sip:230@${domain}`, domain)).toBe(true)
  })

  it('keep the binding that the PBX has granted, so that their next word need not go there', async () => {
    phoneOf('201')
    isBack()
    await pass(500)
    const [binding] = kept.lookup(`sip:201@${domain}`)
    expect(binding?.expiresAt).toBeGreaterThan(clock.now() + 400_000)
  })

  it('are tried again when the PBX is busy, and left to themselves after three times', async () => {
    phoneOf('201')
    network.answer = () => response(503)
    isBack()
    await pass(1_000)
    expect(network.sent).toHaveLength(3)
    expect(isAway('201')).toBe(true)
  })

  it('wait for room in the line of the box itself, and nothing of that is told of the PBX', async () => {
    phoneOf('201')
    hasRoom = false
    far.noncesLastFor = 0
    isBack()
    await pass(3_000)
    expect(homecoming.isToBeLed(`sip:201@${domain}`, domain)).toBe(true)
    hasRoom = true
    far.noncesLastFor = 1
    await pass(1_000)
    expect(far.registered).toEqual([`sip:201@${domain}`])
    expect(said.filter((outcome) => outcome !== 'unsent')).toEqual([])
  })

  it('are let be when the PBX dies again', async () => {
    for (let user = 201; user < 231; user++) phoneOf(String(user))
    isBack()
    await pass(300)
    isInCharge = false
    changed({ ...pbx, from: 'normal', to: 'survival', why: 'test' } as unknown as PbxStateChange)
    const sent = network.sent.length
    await pass(1_000)
    expect(network.sent.length).toBeLessThanOrEqual(sent + 1)
    expect(homecoming.isUnderWay(domain)).toBe(false)
  })

  it('are left alone where they are registered at both', async () => {
    phoneOf('401')
    isBack()
    await pass(300)
    expect(network.sent).toEqual([])
    expect(isAway('401')).toBe(false)
  })

  it('are led at the pace of the return until all have had their next word', async () => {
    phoneOf('201')
    isBack()
    await pass(10_000)
    expect(homecoming.isUnderWay(domain)).toBe(true)
    clock.advance(60_000)
    expect(homecoming.isUnderWay(domain)).toBe(false)
  })
})
