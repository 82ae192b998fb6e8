import { beforeEach, describe, expect, it } from 'vitest'
import { KeepAlive } from '../../../../src/engine/transport/keep-alive.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

let clock: FakeClock
let pings: number[]
let failures: string[]
let keepAlive: KeepAlive

beforeEach(() => {
  clock = new FakeClock()
  pings = []
  failures = []
  const end = {
    ping: () => pings.push(clock.now()),
    fail: (cause: Error) => failures.push(`${clock.now()} ${cause.message}`),
  }
  keepAlive = new KeepAlive(end, clock, () => 0.5)
})

describe('a stream that we opened', () => {
  it('is pinged a little more often than agreed, while the far end answers', () => {
    keepAlive.pingEvery(100)
    for (let at = 0; at < 300; at++) {
      clock.advance(1_000)
      keepAlive.heard()
    }
    expect(pings).toEqual([90_000, 190_000, 290_000])
    expect(failures).toEqual([])
  })

  it('has failed ten seconds after a ping that nothing follows', () => {
    keepAlive.pingEvery(100)
    clock.advance(300_000)
    expect(pings).toEqual([90_000])
    expect(failures).toEqual(['100000 a keep-alive was not answered'])
  })

  it('is not pinged twice as often because the same was agreed twice', () => {
    keepAlive.pingEvery(100)
    clock.advance(50_000)
    keepAlive.pingEvery(100)
    clock.advance(45_000)
    expect(pings).toEqual([90_000])
  })

  it('is left alone once it is closed', () => {
    keepAlive.pingEvery(100)
    keepAlive.stop()
    clock.advance(300_000)
    expect([pings, failures]).toEqual([[], []])
  })
})

describe('a stream that was opened to us', () => {
  it('lives as long as something comes in time', () => {
    keepAlive.expectEvery(120)
    for (let n = 0; n < 10; n++) {
      clock.advance(125_000)
      keepAlive.heard()
    }
    expect(failures).toEqual([])
    clock.advance(131_000)
    expect(failures).toEqual([`${1_250_000 + 130_000} no keep-alive came`])
  })
})
