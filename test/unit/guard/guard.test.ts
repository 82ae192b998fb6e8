import { beforeEach, describe, expect, it } from 'vitest'
import { type GuardSection, guardSection } from '../../../src/config/sections/guard.ts'
import { Guard } from '../../../src/guard/guard.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

let clock: FakeClock
let guard: Guard
const source = { address: '198.51.100.9' }

beforeEach(() => {
  clock = new FakeClock(1_000_000)
  guard = aGuard()
})

function aGuard(section: Partial<GuardSection> = {}): Guard {
  const whole = guardSection.parse({
    authFailuresToBan: 3,
    authWindowSeconds: 60,
    banSeconds: 300,
    neverBan: ['192.0.2.1', '203.0.113.0/24'],
    requestsPerSecond: 10,
    requestBurst: 5,
    ...section,
  })
  return new Guard(whole, silentLog, clock)
}

const fail = (times: number, address = source.address): void => {
  for (let i = 0; i < times; i++) guard.noteAuthFailure({ address })
}

describe('guard', () => {
  it('bans a source that guesses, for the time set', () => {
    fail(2)
    expect(guard.admit(source)).toBe('ok')
    fail(1)
    expect(guard.admit(source)).toBe('banned')
    expect(guard.bans()).toEqual([{ address: '198.51.100.9', since: 1_000_000, until: 1_300_000 }])
    clock.advance(300_000)
    expect(guard.admit(source)).toBe('ok')
    expect(guard.bans()).toEqual([])
  })

  it('looks at no password that came in before the ban and is read after it', () => {
    const from = { ...source, transport: 'udp', port: 5060 } as const
    fail(2)
    expect(guard.isBlocked(from, '201')).toBe(false)
    fail(1)
    expect(guard.isBlocked(from, '201')).toBe(true)
  })

  it('does not add up failures from outside the window', () => {
    for (let i = 0; i < 6; i++) {
      fail(1)
      clock.advance(30_001)
    }
    expect(guard.admit(source)).toBe('ok')
  })

  it('counts failures on, whatever passwords were right in between', () => {
    for (let i = 0; i < 3; i++) {
      fail(1)
      guard.noteAuthSuccess(source)
    }
    expect(guard.admit(source)).toBe('banned')
  })

  it.each(['192.0.2.1', '203.0.113.77'])('never bans or slows %s', (address) => {
    fail(9, address)
    expect(Array.from({ length: 9 }, () => guard.admit({ address }, 'sipvicious'))).not.toContain('banned')
    expect(guard.admit({ address })).toBe('ok')
  })

  it('lets a burst through, then the rate', () => {
    const admitted = (times: number): number =>
      Array.from({ length: times }, () => guard.admit(source)).filter((answer) => answer === 'ok').length
    expect(admitted(9)).toBe(5)
    expect(guard.admit(source)).toBe('too-fast')
    clock.advance(300)
    expect(admitted(9)).toBe(3)
    expect(guard.admit({ address: '198.51.100.10' })).toBe('ok')
    expect(guard.counts.tooFast).toBe(11)
  })

  it('spares a source that has shown a right password the rate, for a while', () => {
    guard.noteAuthSuccess(source)
    expect(Array.from({ length: 50 }, () => guard.admit(source))).not.toContain('too-fast')
    clock.advance(600_000)
    expect(Array.from({ length: 50 }, () => guard.admit(source))).toContain('too-fast')
  })

  it('drops scanners without banning the address that they may have borrowed', () => {
    expect(guard.admit(source, 'friendly-scanner')).toBe('banned')
    expect(guard.admit(source, 'Linphone/5.1')).toBe('ok')
    expect(guard.bans()).toEqual([])
  })

  it('counts a whole IPv6 network as one source, and a mapped address as IPv4', () => {
    for (const address of ['2001:db8:0:7::1', '2001:db8:0:7:2::3', '2001:DB8:0:7:ffff:1:2:3'])
      fail(1, address)
    expect(guard.admit({ address: '2001:0db8::7:9:8:7:6' })).toBe('banned')
    expect(guard.admit({ address: '2001:db8:0:8::1' })).toBe('ok')
    fail(3, '::ffff:198.51.100.9')
    expect(guard.admit(source)).toBe('banned')
  })

  it('lets an operator release a source', () => {
    fail(3)
    expect(guard.release(source.address)).toBe(true)
    expect(guard.admit(source)).toBe('ok')
    expect(guard.release(source.address)).toBe(false)
    fail(2)
    expect(guard.admit(source)).toBe('ok')
  })

  it('refuses a neverBan entry that is no address', () => {
    expect(() => aGuard({ neverBan: ['pbx.example'] })).toThrow(/neverBan.*pbx\.example/)
  })
})

describe('a place where users are, such as an office behind one address', () => {
  const phone = { ...source, transport: 'udp', port: 5062 } as const
  const other = { ...source, transport: 'udp', port: 6000 } as const
  const guess = (times: number, name: string, from: typeof phone | typeof other = other) => {
    for (let i = 0; i < times; i++) guard.noteAuthFailure(from, name)
  }

  beforeEach(() => {
    guard.spareRegistered(({ port }, name) => port === phone.port && (name ?? '201') === '201')
    guard.noteUser(source, 9_000_000)
  })

  it('has a name blocked whose password is guessed there, and nobody else', () => {
    guess(3, '202')
    expect(guard.isBlocked(other, '202')).toBe(true)
    expect(guard.isBlocked(other, '203')).toBe(false)
    expect(guard.isBlocked({ ...other, address: '198.51.100.10' }, '202')).toBe(false)
    expect(guard.admit(source)).toBe('ok')
    clock.advance(300_000)
    expect(guard.isBlocked(other, '202')).toBe(false)
  })

  it('does not have a user blocked who is registered there, because a neighbour guesses his password', () => {
    guess(3, '201')
    expect(guard.isBlocked(other, '201')).toBe(true)
    expect(guard.isBlocked(phone, '201')).toBe(false)
  })

  it('is shut when many names are guessed, but for the phones that are registered there', () => {
    for (let name = 0; name < 30; name++) guess(1, `${name}`)
    expect(guard.admit(other)).toBe('banned')
    expect(guard.admit(source)).toBe('banned')
    expect(guard.admit(phone)).toBe('ok')
  })

  it('is shut for a registered phone too that guesses itself', () => {
    for (let name = 0; name < 30; name++) guess(1, `${name}`, phone)
    expect(guard.admit(phone)).toBe('banned')
  })

  it('is opened by an operator, names included', () => {
    guess(3, '202')
    expect(guard.release(source.address)).toBe(true)
    expect(guard.isBlocked(other, '202')).toBe(false)
    expect(guard.release(source.address)).toBe(false)
  })
})

describe('whom the engine hears of', () => {
  it('is told of bans, releases and known sources, once while nothing changes', () => {
    const told: unknown[] = []
    guard.onStanding((from, standing) => told.push([from, standing]))
    guard.noteAuthSuccess(source)
    guard.noteAuthSuccess(source)
    expect(told.splice(0)).toEqual([['198.51.100.9', { kind: 'known', until: 1_600_000 }]])
    guard.noteUser(source, 4_600_000)
    guard.noteAuthSuccess(source)
    expect(told.splice(0)).toEqual([['198.51.100.9', { kind: 'known', until: 4_600_000 }]])
    fail(3, '198.51.100.10')
    guard.noteUser({ address: '198.51.100.10' }, 9_000_000)
    expect(told.splice(0)).toEqual([['198.51.100.10', { kind: 'banned', until: 1_300_000 }]])
    guard.release('198.51.100.10')
    expect(told.splice(0)).toEqual([['198.51.100.10', undefined]])
  })

  it('is not told to silence a place where users are: one of them may have to call for help', () => {
    const told: unknown[] = []
    guard.noteUser(source, 4_600_000)
    guard.onStanding((from, standing) => told.push([from, standing]))
    fail(3)
    expect(guard.admit(source)).toBe('banned')
    expect(told).toEqual([['198.51.100.9', undefined]])
  })
})
