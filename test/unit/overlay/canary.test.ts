import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Canary } from '../../../src/overlay/diagnosis/canary.ts'
import { PeerTable } from '../../../src/overlay/membership/peer-table.ts'
import { PeerCalls } from '../../../src/overlay/protocol/peer-calls.ts'
import { decodeRequest, encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { now } from './some-records.ts'

const flush = () => new Promise((resolve) => setImmediate(resolve))

describe('the canary', () => {
  let clock: FakeClock
  let table: PeerTable
  let asked: string[]
  let answer: (peer: string) => number
  let storeFails: boolean
  let canary: Canary

  beforeEach(() => {
    clock = new FakeClock(now)
    table = new PeerTable('self')
    asked = []
    answer = () => clock.now()
    storeFails = false
    const network = {
      request: (peer: string, message: Uint8Array) => {
        expect(decodeRequest(message)).toEqual({ type: 'probe', resource: 'self' })
        asked.push(peer)
        return Promise.resolve(encodeMessage({ type: 'seen', storedAt: answer(peer) }))
      },
    }
    const records = {
      store: () => (storeFails ? Promise.reject(new Error('no box took the record')) : Promise.resolve()),
    }
    canary = new Canary({
      ...{ self: 'self', table, records, clock, log: silentLog },
      calls: new PeerCalls(network, clock),
    })
    canary.start()
  })

  const meet = (...peers: string[]) => {
    for (const peer of peers) {
      table.learn(peer, ['somewhere'], 'config', clock.now())
      table.setState(peer, 'member', clock.now())
      canary.peersChanged()
    }
  }
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 500) {
      clock.advance(500)
      await flush()
    }
  }

  it('is looked for a second after the first box came, then every two minutes by another one', async () => {
    meet('a', 'b')
    await pass(1_000)
    expect(asked).toEqual(['a'])
    expect(canary.proof).toMatchObject({ provenAt: clock.now(), failures: 0 })
    await pass(120_000)
    expect(asked).toEqual(['a', 'b'])
  })

  it('boxes that come one after the other do not put the first look off', async () => {
    for (const peer of ['a', 'b', 'c', 'd']) {
      meet(peer)
      await pass(500)
    }
    expect(asked).toHaveLength(1)
  })

  it('asks another box soon when one did not find it, and believes three', async () => {
    meet('a', 'b')
    await pass(1_000)
    answer = () => 0
    await pass(120_000)
    expect(canary.proof.failures).toBe(1)
    await pass(20_000)
    expect(canary.proof).toMatchObject({ failures: 3, failure: expect.stringMatching(/did not find/) })
    expect(new Set(asked.slice(1))).toEqual(new Set(['a', 'b']))
    answer = () => clock.now()
    await pass(40_000)
    expect(canary.proof.failures).toBe(0)
  })

  it('a copy from before the question proves nothing', async () => {
    meet('a')
    answer = () => clock.now() - 1
    await pass(1_000)
    expect(canary.proof).toMatchObject({ provenAt: undefined, failures: 1 })
  })

  it('a record that nobody took is a failure with its reason', async () => {
    meet('a')
    storeFails = true
    await pass(1_000)
    expect(canary.proof).toMatchObject({ failures: 1, failure: 'no box took the record' })
    expect(asked).toEqual([])
  })

  it('is asked for at once when somebody wants to know, of as many boxes as are believed', async () => {
    meet('a', 'b')
    answer = (peer) => (peer === 'a' ? 0 : clock.now())
    await canary.proveNow()
    expect(asked).toEqual(['a', 'b'])
    expect(canary.proof).toMatchObject({ provenAt: clock.now(), failures: 0 })
    answer = () => 0
    await canary.proveNow()
    expect(asked).toHaveLength(5)
    expect(canary.proof).toMatchObject({ failures: 3, failure: expect.stringMatching(/did not find/) })
  })

  it('stops', async () => {
    canary.stop()
    meet('a')
    await pass(5_000)
    expect(asked).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })
})
