import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Publisher } from '../../../src/overlay/records/publisher.ts'
import { RecordRefused } from '../../../src/overlay/records/record-check.ts'
import { now } from './some-records.ts'

const flush = () => new Promise((resolve) => setImmediate(resolve))
const value = (text: string) => Buffer.from(text)

describe('publisher', () => {
  let clock: FakeClock
  let done: string[]
  let broken: boolean
  let publisher: Publisher

  beforeEach(async () => {
    clock = new FakeClock(now)
    done = []
    broken = false
    const overlay = {
      store: async (_: string, resource: string, bytes: Uint8Array, lifetimeSeconds: number) => {
        if (broken) throw new Error('no box took it')
        done.push(`store ${resource} ${Buffer.from(bytes)} ${lifetimeSeconds}`)
        return { holders: ['a'], wanted: 1 }
      },
      remove: async (_: string, resource: string) => {
        if (broken) throw new Error('no box took it')
        done.push(`remove ${resource}`)
      },
    }
    const options = { longestLifetimeSeconds: 3_600, clock, log: silentLog, random: () => 0.5 }
    publisher = new Publisher('sip-aor', overlay, options)
    await publisher.start()
  })

  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 250) {
      clock.advance(250)
      await flush()
    }
  }

  it('stores at once, for as long as wished but within the bounds', async () => {
    publisher.publish('short', value('x'), now + 5_000)
    publisher.publish('long', value('y'), now + 100_000_000)
    await publisher.settled()
    expect(done).toEqual(['store short x 60', 'store long y 3600'])
  })

  it('stores again at half of the lifetime, until the wish ends', async () => {
    publisher.publish('anna', value('x'), now + 100_000)
    await publisher.settled()
    await pass(49_750)
    expect(done).toHaveLength(1)
    await pass(500)
    expect(done).toEqual(['store anna x 100', 'store anna x 60'])
    await pass(300_000)
    expect(done).toHaveLength(3)
  })

  it('a later wish replaces the earlier one', async () => {
    publisher.publish('anna', value('old'), now + 100_000)
    publisher.publish('anna', value('new'), now + 100_000)
    publisher.withdraw('bert')
    await publisher.settled()
    expect(done.at(-2)).toBe('store anna new 100')
    expect(done.at(-1)).toBe('remove bert')
    await pass(60_000)
    expect(done.filter((what) => what.includes('old')).length).toBeLessThanOrEqual(1)
  })

  it('what fails is tried again, ever more slowly', async () => {
    broken = true
    publisher.withdraw('anna')
    await publisher.settled()
    await pass(900)
    broken = false
    expect(done).toEqual([])
    await pass(2_000)
    expect(done).toEqual(['remove anna'])
    await pass(60_000)
    expect(done).toHaveLength(1)
  })

  it('a thousand wishes go out 64 at a time and all arrive', async () => {
    for (let number = 0; number < 1_000; number++)
      publisher.publish(`user-${number}`, value(''), now + 60_000)
    expect(done.length).toBeLessThanOrEqual(64)
    await publisher.settled()
    expect(new Set(done).size).toBe(1_000)
  })

  it('what may wait goes out 200 a second, and lets pass what somebody waits for', async () => {
    for (let number = 0; number < 1_000; number++)
      publisher.publish(`user-${number}`, value(''), now + 60_000, 'in turn')
    await publisher.settled()
    expect(done).toHaveLength(50)
    publisher.publish('anna', value(''), now + 60_000)
    await publisher.settled()
    expect(done).toHaveLength(51)
    await pass(1_000)
    expect(done).toHaveLength(251)
    await pass(4_000)
    expect(new Set(done).size).toBe(1_001)
  })

  it('what the credential does not cover is tried once an hour', async () => {
    let tries = 0
    const refused = async () => {
      tries++
      throw new RecordRefused('not-yours', 'the signer may not speak for anna')
    }
    const options = { longestLifetimeSeconds: 3_600, clock, log: silentLog, random: () => 0.5 }
    const foreign = new Publisher('sip-aor', { store: refused, remove: refused }, options)
    await foreign.start()
    foreign.publish('anna', value(''), Number.POSITIVE_INFINITY)
    await pass(600_000)
    expect(tries).toBe(1)
    await foreign.stop()
  })

  it('stores everything again when the clock was set back', async () => {
    let shift = 0
    let stored = 0
    const moved = { now: () => clock.now() + shift, after: clock.after.bind(clock) }
    const store = async () => {
      stored++
      return { holders: ['a'], wanted: 1 }
    }
    const options = { longestLifetimeSeconds: 3_600, clock: moved, log: silentLog }
    const keeper = new Publisher('sip-aor', { store, remove: async () => undefined }, options)
    await keeper.start()
    keeper.publish('anna', value('x'), Number.POSITIVE_INFINITY)
    await pass(1_000)
    expect(stored).toBe(1)
    shift = -600_000
    await pass(1_000)
    expect(stored).toBe(2)
    await keeper.stop()
  })

  it('does nothing after its stop', async () => {
    publisher.publish('anna', value('x'), now + 100_000)
    await publisher.stop()
    clock.advance(1_000_000)
    await flush()
    expect(done).toHaveLength(1)
  })
})
