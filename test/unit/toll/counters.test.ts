import { describe, expect, test } from 'vitest'
import { tollLimit } from '../../../src/config/sections/toll-limits.ts'
import { NumberRun } from '../../../src/toll/number-run.ts'
import { parsePayer, printPayer } from '../../../src/toll/payer.ts'
import { SlidingCount } from '../../../src/toll/sliding-count.ts'
import { type HeldCall, Tally } from '../../../src/toll/tally.ts'

/** Numbers that look random and are the same each time (mulberry32). */
function* dice(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('a sliding count', () => {
  test('is what counting everything anew would give', () => {
    const random = dice(1)
    const count = new SlidingCount(60_000)
    const all: number[] = []
    let now = 0
    for (let step = 0; step < 2_000; step += 1) {
      now += Math.floor(random.next().value * 5_000)
      if (random.next().value < 0.7) {
        count.add(now)
        all.push(now)
      }
      expect(count.count(now)).toBe(all.filter((at) => at > now - 60_000).length)
    }
  })

  test('forgets what is still to come: the clock was set back', () => {
    const count = new SlidingCount(60_000)
    count.add(1_000_000)
    expect(count.count(500_000)).toBe(0)
  })
})

describe('a run of numbers', () => {
  test.each([
    ['one after the other', ['+4930100', '+4930101', '+4930102'], 3],
    ['backwards and with gaps', ['+4930109', '+4930104', '+4930101'], 3],
    ['the same number again', ['+4930100', '+4930101', '+4930101'], 2],
    ['a jump', ['+4930100', '+4930101', '+4930900'], 1],
    ['another length', ['+4930100', '+49301001', '+493010010'], 1],
  ])('%s', (_, numbers, length) => {
    const run = new NumberRun()
    for (const number of numbers) run.add(number, 0)
    const last = Number(numbers.at(-1)) + 1
    expect(run.before(`+${last}`, 0)).toBe(length)
    expect(run.before(`+${last}`, 3_600_000)).toBe(0)
  })
})

test('whatever happens, no more calls are held at once, nor tried in an hour, than the limit says', () => {
  const limit = tollLimit.parse({
    name: 'x',
    who: 'user',
    concurrent: 4,
    callsPerHour: 30,
    minutesPerDay: 60,
  })
  const tally = new Tally(limit)
  const random = dice(7)
  const held: (HeldCall & { answeredAt: number | undefined })[] = []
  const tried: number[] = []
  let now = 0
  for (let step = 0; step < 3_000; step += 1) {
    now += Math.floor(random.next().value * 60_000)
    const number = `+4930${Math.floor(random.next().value * 1e6)}`
    if (
      random.next().value < 0.6 &&
      !tally.standings(number, undefined, true, now).some(({ isFull }) => isFull)
    ) {
      const call = { number, rate: undefined, answeredAt: random.next().value < 0.5 ? now : undefined }
      tally.count(number, now)
      tally.held.add(call)
      held.push(call)
      tried.push(now)
    } else {
      const [call] = held.splice(Math.floor(random.next().value * held.length), 1)
      if (call) tally.settle(call, now)
    }
    expect(tally.held.size).toBe(held.length)
    expect(held.length).toBeLessThanOrEqual(4)
    expect(tried.filter((at) => at > now - 3_600_000).length).toBeLessThanOrEqual(30)
  }
})

test.each([
  ['user 201@site-a.example', { kind: 'user', name: '201@site-a.example' }],
  ['peer b.peer.overlay.example', { kind: 'peer', name: 'b.peer.overlay.example' }],
  ['trunk carrier', undefined],
  ['user', undefined],
] as const)('a payer is written and read as %s', (text, payer) => {
  expect(parsePayer(text)).toEqual(payer)
  if (payer) expect(printPayer(payer)).toBe(text)
})
