import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { PathGaps } from '../../../src/overlay/membership/path-gaps.ts'

describe('the gap between two paths to a peer', () => {
  let clock: FakeClock
  let isMember: boolean
  let listeners: Set<() => void>
  let gaps: PathGaps
  let bound: AbortController

  beforeEach(() => {
    clock = new FakeClock()
    isMember = false
    listeners = new Set()
    bound = new AbortController()
    const onChange = (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
    gaps = new PathGaps({ isMember: () => isMember, onChange }, clock)
  })

  const change = (to: boolean) => {
    isMember = to
    for (const listener of listeners) listener()
  }
  const open = async () => 'stream'
  const across = (opening: () => Promise<string> = open) => gaps.across('peer', opening, bound.signal)

  it('is waited for: a stream is opened when the peer is back', async () => {
    gaps.lost('peer')
    clock.advance(3_000)
    const stream = across()
    change(true)
    expect(await stream).toBe('stream')
    expect(listeners.size).toBe(0)
  })

  it('is waited for when the path turns out dead while the stream is opened', async () => {
    isMember = true
    let tries = 0
    const stream = across(async () => {
      if (++tries > 1) return 'stream'
      gaps.lost('peer')
      change(false)
      throw new Error('the connection has closed')
    })
    await new Promise((resolve) => setImmediate(resolve))
    change(true)
    expect(await stream).toBe('stream')
  })

  it('is not assumed of a peer that went by itself, nor for longer than ten seconds', async () => {
    await expect(across()).rejects.toThrow('not connected')
    gaps.lost('peer')
    clock.advance(10_001)
    await expect(across()).rejects.toThrow('not connected')
  })

  it('ends with the patience of the one who waits', async () => {
    gaps.lost('peer')
    const stream = across()
    bound.abort()
    await expect(stream).rejects.toThrow('did not come back in time')
    expect(listeners.size).toBe(0)
  })

  it('a refusal of a peer that is there is passed on', async () => {
    isMember = true
    await expect(across(() => Promise.reject(new Error('too many streams')))).rejects.toThrow('too many')
  })
})
