import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { decodeReply, encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { QuestionDoor } from '../../../src/overlay/protocol/question-door.ts'

const answer = encodeMessage({ type: 'wanted', places: [] })
const flush = () => new Promise((resolve) => setImmediate(resolve))

describe('the door before the answers', () => {
  let clock: FakeClock
  let members: Set<string>
  let greeted: PromiseWithResolvers<void>
  let dropped: string[]
  let lines: number
  let answered: number
  let door: QuestionDoor

  beforeEach(() => {
    clock = new FakeClock(1_000_000)
    members = new Set(['member'])
    greeted = Promise.withResolvers()
    dropped = []
    lines = 0
    answered = 0
    door = new QuestionDoor({
      table: { isMember: (peer) => members.has(peer) },
      guests: { isMember: (peer) => greeted.promise.then(() => members.has(peer)) },
      room: {
        answer: () => {
          answered++
          return Promise.resolve(answer)
        },
      },
      drop: (peer) => dropped.push(peer),
      log: { ...silentLog, warn: () => lines++ },
      clock,
    })
  })

  const ask = (peer: string, times: number, length = 10) =>
    Promise.all(Array.from({ length: times }, () => door.answer(peer, new Uint8Array(length))))
  const types = (replies: readonly Uint8Array[]) => new Set(replies.map((reply) => decodeReply(reply).type))

  it('a stranger with too many questions, or one that is too long, is shown out unread', async () => {
    greeted.resolve()
    await ask('stranger', 50)
    expect(answered).toBe(32)
    expect(dropped).toContain('stranger')
    expect(types(await ask('other', 1, 300_000))).toEqual(new Set(['refused']))
    expect(dropped).toContain('other')
    expect(answered).toBe(32)
    expect(lines).toBe(1)
  })

  it('a member with too many waits, the next ones are refused, and it stays', async () => {
    void ask('member', 30_000)
    await flush()
    expect(answered).toBe(20_000)
    clock.advance(500)
    await flush()
    expect(answered).toBe(21_000)
    clock.advance(500)
    await flush()
    expect(answered).toBe(22_000)
    clock.advance(60_000)
    await flush()
    expect(answered).toBe(22_000)
    expect(dropped).toEqual([])
  })

  it('a member whose questions overtake its hello is not taken for a stranger', async () => {
    const early = ask('late', 100, 1_000)
    await flush()
    members.add('late')
    greeted.resolve()
    expect(types(await early)).toEqual(new Set(['wanted']))
    expect(dropped).toEqual([])
  })
})
