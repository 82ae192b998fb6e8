import { describe, expect, test } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { AToll, memoryStore, saturdayEvening } from './a-toll.ts'

const premium = (index: number) => `+1900${5_550_000 + index * 137}`
const national = () => '+4930123456'
const perMinute = { perMinute: 1_000, setup: 0, stepSeconds: 60 }

describe('who pays', () => {
  test.each([
    ['a public caller', { source: 'domain', sourceLabel: '192.0.2.1', caller: undefined }],
    ['a trunk', { source: 'trunk', sourceLabel: 'carrier', caller: undefined }],
    ['a phone that has not proven itself', { callerIsAuthenticated: false }],
    ['a phone that is nobody', { caller: undefined }],
  ] as const)('nobody does for %s: nothing leaves', (_, more) => {
    const box = new AToll()
    expect(box.call(national(), more)).toMatch(/pays/)
    expect(box.toll.counts).toMatchObject({ allowed: 0, refused: new Map([['nobody pays', 1]]) })
  })

  test('a user has one allowance, whatever he calls himself and whichever phone he takes', () => {
    const box = new AToll({ limits: [{ name: 'few', who: 'user', callsPerHour: 2 }] })
    expect(box.allowed(1, national)).toBe(1)
    expect(box.allowed(1, national, { user: '2001', sourceLabel: '2001@site-a.example' })).toBe(1)
    expect(box.allowed(1, national)).toBe(0)
  })

  test('the one who is asked has to have the right, and blocks and limits come after it', () => {
    const box = new AToll()
    box.rights = ['pstn']
    expect(box.call('+19005550000')).toBe(
      'user 201@site-a.example has no right to call premium numbers ("premium")',
    )
    expect(box.toll.refusal(box.question(), '+19005550000', 'premium')).toMatchObject({ status: 403 })
    expect(box.toll.refusal(box.question(), '+4930123456', 'national')).toBeUndefined()
    expect(box.call('+4930123456', { caller: aor('300', 'pbx.example') })).toMatch('no right')
  })

  test.each([
    [{ source: 'pbx', sourceLabel: 'office', caller: undefined }],
    [{ source: 'overlay', sourceLabel: 'b.peer.overlay.example', caller: undefined }],
  ] as const)('%o calls the kinds of numbers that the config says', (more) => {
    const box = new AToll({ pbx: ['national'], peers: ['national'] })
    expect(box.allowed(1, national, more)).toBe(1)
    expect(box.allowed(1, () => '+33123456789', more)).toBe(0)
  })
})

describe('a limit', () => {
  test.each([
    ['callsPerMinute', { callsPerMinute: 3 }, 3],
    ['callsPerHour', { callsPerHour: 4 }, 4],
    ['differentNumbersPerHour', { differentNumbersPerHour: 5 }, 5],
    ['something else', { minutesPerDay: 1_000 }, 20],
    ['forbidden', { forbidden: true }, 0],
  ])('of %s lets so many calls pass', (_, limit, most) => {
    const box = new AToll({ limits: [{ name: 'test', who: 'user', ...limit }] })
    expect(box.allowed(20, premium)).toBe(most)
    expect(box.allowed(20, premium, { user: '202' })).toBe(most)
  })

  test('of neighbouring numbers stops a program that dials a range, and not a person', () => {
    const box = new AToll({ limits: [{ name: 'range', who: 'user', neighbouringNumbersInARow: 3 }] })
    expect(box.allowed(10, (index) => `+4930123${4_560 + index}`)).toBe(3)
    expect(box.allowed(10, (index) => `+4930${1_000_000 + index * 5_003}`, { user: '202' })).toBe(10)
    expect(box.allowed(10, national, { user: '203' })).toBe(10)
  })

  test('of calls at the same time counts those that ring, and gives the place back', () => {
    const box = new AToll({ limits: [{ name: 'lines', who: 'user', concurrent: 2 }] })
    const rings = box.call(national())
    box.talk(national())
    expect(box.call(national())).toBe('limit lines: 2 of 2 calls at the same time')
    if (typeof rings !== 'string') rings.release()
    expect(box.call(national())).not.toBeTypeOf('string')
  })

  test('looks at a sliding hour and minute', () => {
    const box = new AToll({ limits: [{ name: 'rate', who: 'user', callsPerMinute: 2, callsPerHour: 5 }] })
    const bursts = [0, 30_000, 30_000, 60_000, 60_000, 3_420_000].map((pause) => {
      box.clock.advance(pause)
      return box.allowed(3, national)
    })
    // 2 at 0:00, none at 0:30, 2 at 1:00, 1 at 2:00 (the fifth), none at 3:00; at 60:00 those of the first minute are gone.
    expect(bursts).toEqual([2, 0, 2, 1, 0, 2])
  })

  test.each([
    ['classes', { classes: ['premium' as const] }],
    ['prefixes', { prefixes: ['+1900'] }],
  ])('is only for its %s', (_, which) => {
    const box = new AToll({ limits: [{ name: 'some', who: 'user', callsPerHour: 1, ...which }] })
    expect(box.allowed(5, premium)).toBe(1)
    expect(box.allowed(5, national)).toBe(5)
  })

  test('is only for those whom it names', () => {
    const box = new AToll({
      limits: [{ name: 'one', who: 'user', only: ['201@site-a.example'], callsPerHour: 1 }],
    })
    expect(box.allowed(5, national)).toBe(1)
    expect(box.allowed(5, national, { user: '202' })).toBe(5)
  })

  test('of the night is one of the night', () => {
    const night = {
      name: 'night',
      who: 'user' as const,
      classes: ['premium' as const],
      during: ['daily 22:00-06:00'],
    }
    const box = new AToll({ limits: [{ ...night, forbidden: true }] })
    expect(box.allowed(1, premium)).toBe(1)
    box.clock.advance(2 * 3_600_000)
    expect(box.call(premium(0))).toBe('limit night forbids it now')
    expect(box.toll.refusal(box.question(), premium(0), 'premium')).toMatchObject({ status: 403 })
    expect(box.allowed(1, national)).toBe(1)
    box.clock.advance(8 * 3_600_000)
    expect(box.allowed(1, premium)).toBe(1)
  })

  test('for everybody counts all calls of the box together', () => {
    const box = new AToll({ limits: [{ name: 'box', who: 'everybody', concurrent: 2 }] })
    box.talk(national())
    box.talk(national(), { source: 'pbx', sourceLabel: 'office', caller: undefined })
    expect(box.call(national(), { user: '202' })).toBe('limit box: 2 of 2 calls at the same time')
    expect(box.notices).toMatchObject([{ facts: { payer: 'everybody', limit: 'box' } }])
  })

  test('takes the lines that are tried for one question as one attempt', () => {
    const box = new AToll({ limits: [{ name: 'few', who: 'user', callsPerHour: 2 }] })
    const question = box.question()
    const verdicts = [1, 2, 3].map(() => {
      const verdict = box.toll.claim(question, national(), undefined)
      if (verdict.kind === 'allowed') verdict.claim.release()
      return verdict.kind
    })
    expect(verdicts).toEqual(['allowed', 'allowed', 'allowed'])
    // The same Call-ID is no cover: only the box knows which question is the same.
    const others = [1, 2].map(() => box.toll.claim({ ...question }, national(), undefined).kind)
    expect(others).toEqual(['allowed', 'refused'])
  })

  test('is not asked when the operator has switched limits off, but rights are', () => {
    const box = new AToll({ enabled: false, limits: [{ name: 'none', who: 'user', forbidden: true }] })
    expect(box.allowed(5, premium)).toBe(5)
    box.rights = ['pstn']
    expect(box.allowed(5, premium)).toBe(0)
  })
})

describe('time and money', () => {
  test('a call ends when it has lasted as long as it may', () => {
    const box = new AToll({ limits: [{ name: 'short', who: 'user', longestCallSeconds: 60 }] })
    const { ends } = box.talk(national())
    box.clock.advance(59_000)
    expect(ends.aborted).toBe(false)
    box.clock.advance(1_000)
    expect(ends.reason).toBe('limit short: calls last 60 s at most')
  })

  test('ten calls at once cannot overrun what one could not', () => {
    const box = new AToll({ limits: [{ name: 'purse', who: 'user', spendPerDay: 30_000 }] })
    const calls = Array.from({ length: 10 }, () => box.talk(national(), {}, perMinute))
    // Three minutes of ten calls cost all there is: they end before the fourth begins.
    box.clock.advance(178_000)
    expect(calls.some(({ ends }) => ends.aborted)).toBe(false)
    box.clock.advance(2_000)
    expect(calls.every(({ ends }) => ends.aborted)).toBe(true)
    for (const call of calls) call.release()
    expect(box.toll.view().spenders).toMatchObject([
      { payer: 'user 201@site-a.example', calls: 10, spent: 30_000 },
    ])
    expect(box.notices).toHaveLength(1)
    expect(box.call(national(), {}, perMinute)).toBe('limit purse: 30.00 of 30.00 spent today')
  })

  test('minutes of the day are those of all calls together, and come back at midnight of the site', () => {
    const box = new AToll({ limits: [{ name: 'talk', who: 'user', minutesPerDay: 10 }] })
    const [one, other] = [box.talk(national()), box.talk(national())]
    box.clock.advance(5 * 60_000)
    expect([one.ends.aborted, other.ends.aborted]).toEqual([true, true])
    one.release()
    other.release()
    expect(box.call(national())).toBe('limit talk: 10 of 10 minutes today')
    box.clock.advance(4 * 3_600_000)
    expect(box.allowed(1, national)).toBe(1)
  })

  test('what never was answered costs nothing', () => {
    const box = new AToll({ limits: [{ name: 'purse', who: 'user', spendPerDay: 1_000 }] })
    const claim = box.call(national(), {}, perMinute)
    box.clock.advance(600_000)
    if (typeof claim !== 'string') claim.release()
    expect(box.toll.view().spenders).toEqual([])
    expect(box.call(national(), {}, perMinute)).not.toBeTypeOf('string')
  })
})

describe('a block', () => {
  const limits = [
    {
      name: 'premium',
      who: 'user' as const,
      classes: ['premium' as const],
      callsPerMinute: 3,
      onCrossing: 'block' as const,
    },
  ]

  test('holds back all calls outside of the one who crossed, with one alarm, until he is released', () => {
    const box = new AToll({ limits })
    const [talking, ringing] = [box.talk(national()), box.call(national())]
    expect(box.allowed(20, premium)).toBe(3)
    expect(talking.ends.reason).toBe('blocked: limit premium: 3 of 3 calls this minute')
    if (typeof ringing === 'string') throw new Error(ringing)
    ringing.answered()
    expect(ringing.ends.aborted).toBe(true)
    expect(box.call(national())).toMatch('is blocked until released: limit premium')
    expect(box.allowed(3, premium, { user: '202' })).toBe(3)
    expect(box.notices).toMatchObject([
      { event: 'toll-fraud', facts: { payer: 'user 201@site-a.example', limit: 'premium', action: 'block' } },
    ])
    expect(box.toll.view().blocks).toMatchObject([
      { payer: 'user 201@site-a.example', since: saturdayEvening },
    ])
    box.clock.advance(86_400_000)
    expect(box.allowed(1, national)).toBe(0)

    expect(box.toll.release('user 201@site-a.example', 'anna')).toBe(true)
    expect(box.toll.release('user 201@site-a.example', 'anna')).toBe(false)
    expect(box.toll.view().releases).toMatchObject([{ payer: 'user 201@site-a.example', by: 'anna' }])
    expect(box.allowed(5, premium)).toBe(3)
    expect(box.notices).toHaveLength(2)
    box.toll.release('user 201@site-a.example', 'anna')
    expect(box.allowed(5, premium)).toBe(3)
  })

  test('may be of such calls only', () => {
    const box = new AToll({
      limits: limits.map((limit) => ({ ...limit, onCrossing: 'block-such' as const })),
    })
    expect(box.allowed(5, premium)).toBe(3)
    expect(box.toll.refusal(box.question(), premium(0), 'premium')).toMatchObject({ reason: 'Blocked' })
    expect(box.allowed(5, national)).toBe(5)
  })

  test('and what was spent today outlive the process', async () => {
    const store = memoryStore()
    const config = { limits: [...limits, { name: 'talk', who: 'user' as const, minutesPerDay: 10 }] }
    const first = new AToll(config, { store })
    await first.toll.start()
    first.allowed(5, premium)
    const call = first.talk(national(), { user: '202' }, perMinute)
    first.clock.advance(9 * 60_000)
    call.release()
    await first.toll.stop()

    const second = new AToll(config, { store, clock: new FakeClock(saturdayEvening + 600_000) })
    await second.toll.start()
    expect(second.allowed(1, national)).toBe(0)
    expect(second.toll.view().spenders).toMatchObject([
      { payer: 'user 202@site-a.example', talkedMs: 540_000 },
    ])
    const last = second.talk(national(), { user: '202' })
    second.clock.advance(60_000)
    expect(last.ends.aborted).toBe(true)
  })

  test('of a limit that is no longer in the config holds back everything', async () => {
    const store = memoryStore()
    const first = new AToll({ limits }, { store })
    first.allowed(5, premium)
    await first.toll.stop()
    const second = new AToll({ limits: [] }, { store })
    await second.toll.start()
    expect(second.allowed(1, national)).toBe(0)
  })
})

test('a limit that only refuses alarms once an hour', () => {
  const box = new AToll({ limits: [{ name: 'rate', who: 'user', callsPerMinute: 1 }] })
  for (let minute = 0; minute < 90; minute += 1) {
    box.allowed(5, national)
    box.clock.advance(60_000)
  }
  expect(box.notices).toHaveLength(2)
})

describe('the usual limits', () => {
  test.each([
    ['20 premium calls a minute', premium, 3],
    ['20 international calls a minute', (index: number) => `+33${1_000_000 + index * 977}`, 6],
    ['a range, one after the other', (index: number) => `+33140${1_000 + index}`, 5],
  ])('stop %s from a stolen account', (_, number, most) => {
    const box = new AToll()
    expect(box.allowed(20, number)).toBe(most)
    expect(box.notices).toHaveLength(1)
    expect(box.toll.view().blocks).toHaveLength(1)
  })

  test('stand beside those of the operator, and give way to one of the same name', () => {
    const own = {
      name: 'premium-velocity',
      who: 'user' as const,
      classes: ['premium' as const],
      callsPerMinute: 8,
    }
    const box = new AToll({ usualLimits: true, limits: [own] })
    expect(box.allowed(20, premium)).toBe(8)
    expect(box.allowed(20, (index) => `+33${1_000_000 + index * 977}`, { user: '202' })).toBe(6)
    expect(new AToll({ usualLimits: false }).allowed(9, premium)).toBe(9)
  })

  test('leave a busy person alone', () => {
    const box = new AToll()
    for (let hour = 0; hour < 8; hour += 1) {
      for (let call = 0; call < 12; call += 1) {
        const claim = box.talk(call % 4 === 0 ? `+33140${call}0000` : `+4930${call}23456`)
        box.clock.advance(240_000)
        claim.release()
        box.clock.advance(60_000)
      }
    }
    expect(box.notices).toEqual([])
  })
})
