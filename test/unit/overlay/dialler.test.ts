import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Dialler, type Seed } from '../../../src/overlay/membership/dialler.ts'
import { PeerTable } from '../../../src/overlay/membership/peer-table.ts'
import { PeerUnreachable } from '../../../src/overlay/overlay-errors.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the dialler', () => {
  let clock: FakeClock
  let table: PeerTable
  let dialled: string[]

  beforeEach(() => {
    clock = new FakeClock()
    table = new PeerTable('self')
    dialled = []
  })

  /** Nobody answers; a dial ends at once. */
  const dialler = (seeds: readonly Seed[] = []) => {
    const network = {
      dial: (_: unknown, [address]: readonly string[]) => {
        dialled.push(address ?? '')
        return Promise.reject(new PeerUnreachable('nobody'))
      },
    }
    const made = new Dialler({
      ...{ self: 'self', table, network, seeds, clock, log: silentLog },
      random: () => 0.5,
    })
    made.start()
    return made
  }
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      clock.advance(100)
      await settle()
    }
  }

  it('suggested addresses are tried, a bounded number, and do not make a first box think it lost others', async () => {
    const made = dialler()
    made.suggest(['own address'], 'dns')
    expect(dialled).toEqual(['own address'])
    expect(made.hasSeeds).toBe(false)
    const flood = Array.from({ length: 500 }, (_, number) => `address ${number}`)
    made.suggest(flood, 'dns')
    await pass(120_000)
    expect(new Set(dialled).size).toBe(64)
    await made.stop()
  })

  it.each(['peer', 'mdns'] as const)(
    'boxes invented without end (%s) are dialled once a second in the long run',
    async (foundBy) => {
      const made = dialler()
      let invented = 0
      const tell = () => {
        for (let more = 0; more < 30; more++)
          table.learn(`invented ${++invented}`, [`host ${invented}`], foundBy, clock.now())
      }
      for (let second = 0; second < 200; second++) {
        tell()
        await pass(1_000)
      }
      const before = dialled.length
      for (let second = 0; second < 60; second++) {
        tell()
        await pass(1_000)
      }
      expect(before).toBeGreaterThanOrEqual(600)
      expect(dialled.length - before).toBeLessThanOrEqual(61)
      await made.stop()
    },
  )

  it('seeds are tried quickly by a box that has nobody, and again at once when it loses the last one', async () => {
    const made = dialler([{ address: 'seed', foundBy: 'config' }])
    await pass(60_000)
    expect(dialled.length).toBeGreaterThan(8)
    table.learn('a', [], 'inbound', 0)
    table.setState('a', 'member', clock.now())
    await pass(20_000)
    dialled = []
    await pass(120_000)
    expect(dialled.length).toBeLessThanOrEqual(3)
    table.setState('a', 'away', clock.now())
    dialled = []
    made.lost('a')
    expect(dialled).toEqual(['seed'])
    await made.stop()
  })

  it('a box that is lost again and again is not dialled in a tight loop', async () => {
    const made = dialler()
    table.learn('z', ['at z'], 'inbound', 0)
    for (let time = 0; time < 20; time++) {
      table.setState('z', 'member', clock.now())
      await pass(100)
      table.setState('z', 'away', clock.now())
      made.lost('z')
      await settle()
    }
    expect(dialled.length).toBeLessThan(6)
    await made.stop()
  })

  it('this box has moved: whoever is away is dialled at once', async () => {
    table.learn('a', ['at a'], 'remembered', 0)
    const made = dialler()
    await pass(120_000)
    dialled = []
    made.hurryAll()
    expect(dialled).toEqual(['at a'])
    await made.stop()
  })
})
