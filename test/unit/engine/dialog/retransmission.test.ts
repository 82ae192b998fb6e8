import { expect, it } from 'vitest'
import { Retransmission } from '../../../../src/engine/dialog/retransmission.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

const rfc = { firstMs: 500, longestMs: 4_000, giveUpMs: 32_000 }

function running(times = rfc) {
  const clock = new FakeClock()
  const sentAt: number[] = []
  const gaveUpAt: number[] = []
  const retransmission = new Retransmission(
    clock,
    times,
    () => sentAt.push(clock.now()),
    () => gaveUpAt.push(clock.now()),
  )
  return { clock, sentAt, gaveUpAt, retransmission }
}

it('doubles its intervals up to the longest and gives up once (RFC 3261 §13.3.1.4)', () => {
  const { clock, sentAt, gaveUpAt } = running()
  clock.advance(60_000)
  expect(sentAt).toEqual([500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
  expect(gaveUpAt).toEqual([32_000])
  expect(clock.pendingTimers).toBe(0)
})

it('ends with what it waited for', () => {
  const { clock, sentAt, gaveUpAt, retransmission } = running()
  clock.advance(1_600)
  retransmission.stop()
  clock.advance(60_000)
  expect(sentAt).toEqual([500, 1_500])
  expect(gaveUpAt).toEqual([])
})
