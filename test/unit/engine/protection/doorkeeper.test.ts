import { beforeEach, describe, expect, it } from 'vitest'
import { Doorkeeper } from '../../../../src/engine/protection/doorkeeper.ts'
import {
  defaultProtectionSettings,
  type ProtectionSettings,
} from '../../../../src/engine/protection/protection-settings.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { type Log, silentLog } from '../../../../src/lib/log.ts'
import { requestText } from '../transaction/layer-setup.ts'

const limits = { requestsPerSecond: 10, requestBurst: 20, strangersPerSecond: 50, strangerBurst: 100 }
const stranger = '198.51.100.9'
let clock: FakeClock
let lines: [string, unknown][]
let door: Doorkeeper

beforeEach(() => {
  clock = new FakeClock(1_000_000)
  lines = []
  door = aDoor()
})

function aDoor(settings: Partial<ProtectionSettings> = {}): Doorkeeper {
  const log: Log = { ...silentLog, warn: (fields, sentence) => lines.push([sentence, fields]) }
  const whole = {
    limits,
    scanners: ['friendly-scanner'],
    exempt: ['192.0.2.1', '203.0.113.0/24'],
    ...settings,
  }
  return new Doorkeeper(whole, clock, log)
}

const bytes = (text: string | Buffer): Buffer => Buffer.from(text)
const fresh = bytes(requestText('INVITE'))
const inDialog = bytes(requestText('INVITE', { toTag: 'here' }))
const ok = bytes('SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n')

interface Way {
  readonly data?: Buffer
  readonly from?: string | ((n: number) => string)
  readonly isConnected?: boolean
}

/** How many of so many are let in. */
function admitted(times: number, { data = fresh, from = stranger, isConnected = false }: Way = {}): number {
  const address = typeof from === 'string' ? () => from : from
  return Array.from({ length: times }, (_, n) => door.admits(data, address(n), isConnected)).filter(Boolean)
    .length
}

const manyAddresses = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`

describe('one source', () => {
  it('may send a burst, then the rate', () => {
    expect(admitted(50)).toBe(20)
    clock.advance(500)
    expect(admitted(50)).toBe(5)
    expect(door.counts['source-limit']).toBe(75)
  })

  it('leaves room for others', () => {
    admitted(50)
    expect(admitted(5, { from: '198.51.100.10' })).toBe(5)
  })

  it('keeps its place within dialogs when its new requests are too many', () => {
    admitted(50)
    expect(admitted(50, { data: inDialog })).toBe(50)
    for (const method of ['ACK', 'BYE', 'CANCEL'])
      expect(admitted(5, { data: bytes(requestText(method)) })).toBe(5)
    expect(admitted(5, { data: ok })).toBe(5)
    expect(admitted(1_000, { data: inDialog })).toBeLessThan(100)
  })

  it('pays for large messages by their size, so that what they keep in memory is bounded', () => {
    const large = bytes(requestText('OPTIONS').replace('\r\n\r\n', `\r\nX: ${'x'.repeat(36_000)}\r\n\r\n`))
    expect(admitted(50, { data: large })).toBe(2)
    const largest = bytes(requestText('OPTIONS').replace('\r\n\r\n', `\r\nX: ${'x'.repeat(500_000)}\r\n\r\n`))
    expect(admitted(50, { data: largest, from: '198.51.100.10', isConnected: true })).toBe(1)
  })

  it('is a whole IPv6 network, since every host has one to send from', () => {
    expect(admitted(50, { from: (n) => `2001:db8:0:7::${n.toString(16)}` })).toBe(20)
    expect(admitted(5, { from: '2001:db8:0:8::1' })).toBe(5)
  })

  it('may send ten times as much when it is known to be a user', () => {
    door.setStanding(stranger, { kind: 'known', until: clock.now() + 60_000 })
    expect(admitted(500)).toBe(200)
    clock.advance(60_000)
    expect(admitted(500)).toBe(20)
  })

  it('is not held back by a clock that was set back, nor given anything', () => {
    admitted(50)
    clock = Object.assign(clock, { now: () => 500_000 })
    expect(admitted(50)).toBe(0)
  })
})

describe('unknown sources together', () => {
  it('share a limit, whatever their number: their addresses may be forged', () => {
    expect(admitted(10_000, { from: manyAddresses })).toBe(100)
    expect(door.counts['stranger-limit']).toBe(9_900)
  })

  it('take nothing from known users, from who is connected, and from answers to us', () => {
    admitted(10_000, { from: manyAddresses })
    door.setStanding('192.0.2.77', { kind: 'known', until: clock.now() + 60_000 })
    expect(admitted(5, { from: '192.0.2.77' })).toBe(5)
    expect(admitted(5, { from: '192.0.2.78', isConnected: true })).toBe(5)
    expect(admitted(5, { from: '192.0.2.79', data: ok })).toBe(5)
    expect(admitted(5, { from: '192.0.2.80' })).toBe(0)
  })

  it('are remembered up to a limit', () => {
    door = aDoor({ limits: { ...limits, strangersPerSecond: 1e9, strangerBurst: 1e9 } })
    admitted(50)
    admitted(50_001, { from: manyAddresses })
    // Forgotten: it has a full bucket again.
    expect(admitted(50)).toBe(20)
  })
})

describe('a ban', () => {
  it('silences a source until it ends or is lifted, connections too', () => {
    door.setStanding(stranger, { kind: 'banned', until: clock.now() + 60_000 })
    for (const data of [fresh, inDialog, ok]) expect(admitted(1, { data })).toBe(0)
    expect(door.admitsConnection(stranger)).toBe(false)
    expect(door.counts.banned).toBe(4)
    door.setStanding(stranger, undefined)
    expect(door.admitsConnection(stranger)).toBe(true)
    door.setStanding(stranger, { kind: 'banned', until: clock.now() + 60_000 })
    clock.advance(60_000)
    expect(admitted(1)).toBe(1)
  })
})

describe('scanners', () => {
  it('are known by their User-Agent, wherever the address may be borrowed from', () => {
    const scan = bytes(
      requestText('OPTIONS').toString().replace('\r\n\r\n', '\r\nUSER-AGENT: Friendly-Scanner/1\r\n\r\n'),
    )
    expect(admitted(3, { data: scan })).toBe(0)
    expect(admitted(1)).toBe(1)
    expect(door.counts.scanner).toBe(3)
    expect(lines).toEqual([
      ['scanner ignored', { source: stranger, dropped: 1, userAgent: 'Friendly-Scanner/1' }],
    ])
  })
})

describe('neighbours', () => {
  it.each(['192.0.2.1', '203.0.113.77'])('%s is exempt from everything', (from) => {
    door.setStanding(from, { kind: 'banned', until: clock.now() + 60_000 })
    expect(admitted(1_000, { from })).toBe(1_000)
    expect(door.admitsConnection(from)).toBe(true)
  })

  it('are exempt as soon as they are named, besides those of the settings', () => {
    door.setNeighbours([stranger, '2001:db8::5'])
    expect(admitted(1_000)).toBe(1_000)
    expect(admitted(1_000, { from: '2001:0db8:0::5' })).toBe(1_000)
    expect(admitted(1_000, { from: '192.0.2.1' })).toBe(1_000)
    door.setNeighbours([])
    expect(admitted(1_000)).toBeLessThan(1_000)
  })

  it('must be addresses', () => {
    expect(() => aDoor({ exempt: ['pbx.example.org'] })).toThrow('"pbx.example.org" is not an address')
  })
})

it('says who is dropped at once, then every ten seconds at most', () => {
  admitted(1_000)
  expect(lines).toEqual([['source sends too much', { source: stranger, dropped: 1 }]])
  clock.advance(10_000)
  admitted(1_000)
  expect(lines).toHaveLength(2)
  expect(lines[1]).toEqual(['source sends too much', { source: stranger, dropped: 980 }])
})

it('without limits everybody is let in', () => {
  door = new Doorkeeper(defaultProtectionSettings, clock, silentLog)
  expect(admitted(5_000)).toBe(5_000)
})
