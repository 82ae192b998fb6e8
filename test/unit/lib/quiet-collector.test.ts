import { describe, expect, it } from 'vitest'
import type { Look } from '../../../src/lib/collection-rule.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { type CollectedThread, QuietCollector } from '../../../src/lib/quiet-collector.ts'

const mebibyte = 2 ** 20
const quietLook: Look = { activeMs: 10, idleMs: 4_990, usedBytes: 200 * mebibyte }

class FakeThread implements CollectedThread {
  next = quietLook
  collections = 0

  look(): Look {
    return this.next
  }

  async collect(): Promise<void> {
    this.collections++
    // A collection of a large heap is work as well.
    this.next = { activeMs: 900, idleMs: 0, usedBytes: 100 * mebibyte }
  }
}

describe('quiet collector', () => {
  async function started(thread: CollectedThread) {
    const clock = new FakeClock()
    const collector = new QuietCollector(thread, clock, silentLog)
    await collector.start()
    const pass = async (looks: number) => {
      for (let look = 0; look < looks; look++) {
        clock.advance(5_000)
        // What hangs on a look that is done takes a few turns of the microtask queue.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return { clock, collector, pass }
  }

  it('collects once for a quiet spell', async () => {
    const thread = new FakeThread()
    const { pass, collector } = await started(thread)
    await pass(7)
    expect(thread.collections).toBe(0)
    await pass(1)
    expect(thread.collections).toBe(1)
    thread.next = { ...quietLook, usedBytes: 101 * mebibyte }
    await pass(100)
    expect(thread.collections).toBe(1)
    await collector.stop()
  })

  it('goes on after a collection that failed', async () => {
    const thread = new FakeThread()
    const collect = thread.collect.bind(thread)
    thread.collect = async () => {
      thread.collect = collect
      throw new Error('no such function')
    }
    const { pass, collector } = await started(thread)
    await pass(9)
    expect(thread.collections).toBe(1)
    await collector.stop()
  })

  it('is still after its end, even if that falls into a collection', async () => {
    const thread = new FakeThread()
    const underWay = Promise.withResolvers<void>()
    thread.collect = () => underWay.promise
    const { pass, clock, collector } = await started(thread)
    await pass(8)
    await collector.stop()
    underWay.resolve()
    await pass(1)
    expect(clock.pendingTimers).toBe(0)
  })
})
