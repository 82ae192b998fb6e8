import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { PeerCalls } from '../../../src/overlay/protocol/peer-calls.ts'
import { decodeRequest, encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { ChangeNotices } from '../../../src/overlay/records/change-notices.ts'
import { Watchers } from '../../../src/overlay/records/watchers.ts'
import { anna, now } from './some-records.ts'

describe('watchers', () => {
  it('are told once, and only within a minute of their question', () => {
    const watchers = new Watchers()
    watchers.add('sip-aor', anna, 'a', now)
    watchers.add('sip-aor', anna, 'b', now + 1_000)
    watchers.add('service', anna, 'c', now)
    expect(watchers.take('sip-aor', anna, now + 60_000)).toEqual(['b'])
    expect(watchers.take('sip-aor', anna, now + 60_000)).toEqual([])
  })

  it('are bounded, also per resource, and swept', () => {
    const watchers = new Watchers()
    for (let peer = 0; peer < 1_000; peer++) watchers.add('sip-aor', anna, `peer-${peer}`, now)
    expect(watchers.count).toBe(500)
    for (let user = 0; user < 6_000; user++) watchers.add('sip-aor', `sip:${user}@x`, 'a', now)
    expect(watchers.count).toBe(500 + 5_000)
    for (let user = 0; user < 60_000; user++)
      watchers.add('sip-aor', `sip:${user}@x`, `box-${user % 20}`, now)
    expect(watchers.count).toBe(50_000)
    watchers.sweep(now + 60_000)
    expect(watchers.count).toBe(0)
  })
})

describe('notices of changes', () => {
  const user = (number: number) => `sip:${number}@town.example`

  function someNotices() {
    const clock = new FakeClock(now)
    const sent: string[][] = []
    const network = {
      request: async (_: string, message: Uint8Array) => {
        const request = decodeRequest(message)
        if (request.type === 'changed') sent.push(request.entries.map(({ resource }) => resource))
        return encodeMessage({ type: 'noted' })
      },
    }
    return { clock, sent, notices: new ChangeNotices(new PeerCalls(network, clock), clock, silentLog) }
  }

  it('the first goes at once, those of the next 200 ms together', () => {
    const { clock, sent, notices } = someNotices()
    for (const number of [1, 2, 3, 2]) notices.tell('a', 'sip-aor', user(number))
    notices.tell('b', 'sip-aor', user(1))
    expect(sent).toEqual([[user(1)], [user(1)]])
    clock.advance(200)
    expect(sent.at(-1)).toEqual([user(2), user(3)])
    clock.advance(200)
    notices.tell('a', 'sip-aor', user(4))
    expect(sent.at(-1)).toEqual([user(4)])
  })

  it('a flood is cut to 64 names five times a second, and what waits is bounded', () => {
    const { clock, sent, notices } = someNotices()
    for (let number = 0; number < 5_000; number++) notices.tell('a', 'sip-aor', user(number))
    clock.advance(1_000)
    expect(sent.map(({ length }) => length)).toEqual([1, 64, 64, 64, 64, 64])
    clock.advance(60_000)
    expect(sent.flat()).toHaveLength(1 + 1_024)
  })
})
