import { describe, expect, it } from 'vitest'
import { V8Thread } from '../../../src/lib/v8-thread.ts'

describe('the thread of V8', () => {
  it('has less in use after a collection', async () => {
    const thread = new V8Thread()
    let garbage: number[][] | undefined = Array.from({ length: 100_000 }, (_, index) => [index, index, index])
    const held = thread.look().usedBytes
    expect(garbage).toHaveLength(100_000)
    garbage = undefined
    await thread.collect()
    expect(thread.look().usedBytes).toBeLessThan(held - 2 ** 20)
  })

  it('tells what passed since the last look', async () => {
    const thread = new V8Thread()
    thread.look()
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { activeMs, idleMs } = thread.look()
    expect(activeMs + idleMs).toBeGreaterThan(10)
    expect(activeMs + idleMs).toBeLessThan(60_000)
  })
})
