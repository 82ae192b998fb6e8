import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { DomainSearch, type PublishedBox } from '../../../src/overlay/membership/domain-search.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('looking for boxes in the DNS', () => {
  const box = { peer: undefined, addresses: ['/ip4/192.0.2.1/tcp/4160'] }

  const searching = (answer: () => Promise<readonly PublishedBox[]>) => {
    const clock = new FakeClock()
    const state = { asked: 0, isAlone: true, found: [] as PublishedBox[] }
    const search = new DomainSearch({
      find: () => {
        state.asked++
        return answer()
      },
      isAlone: () => state.isAlone,
      found: (found) => state.found.push(found),
      ...{ clock, log: silentLog },
    })
    search.start()
    const pass = async (milliseconds: number) => {
      for (let passed = 0; passed < milliseconds; passed += 1_000) {
        clock.advance(1_000)
        await settled()
      }
    }
    return { state, search, pass }
  }

  it('begins at once and goes on, ever more seldom, while this box is alone', async () => {
    const { state, search, pass } = searching(async () => [box])
    await settled()
    expect(state.found).toEqual([box])
    await pass(14_000)
    expect(state.asked).toBe(4)
    await pass(600_000)
    expect(state.asked).toBeLessThan(16)
    search.stop()
    const { asked } = state
    await pass(120_000)
    expect(state.asked).toBe(asked)
  })

  it('rests in company, and is quick again when everybody is lost', async () => {
    const { state, pass } = searching(async () => [box])
    await settled()
    state.isAlone = false
    await pass(300_000)
    expect(state.asked).toBe(1)
    state.isAlone = true
    await pass(5_000)
    expect(state.asked).toBeGreaterThan(1)
  })

  it('a name server that does not answer ends nothing', async () => {
    const { state, pass } = searching(() => Promise.reject(new Error('no name server answers')))
    await settled()
    await pass(3_000)
    expect(state.asked).toBe(2)
  })
})
