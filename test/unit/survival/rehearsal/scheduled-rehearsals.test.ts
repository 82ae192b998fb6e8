import { describe, expect, it } from 'vitest'
import type { Notice } from '../../../../src/domain/notice.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import type { RehearsalAnswer } from '../../../../src/survival/rehearsal/rehearsal-order.ts'
import { ScheduledRehearsals } from '../../../../src/survival/rehearsal/scheduled-rehearsals.ts'

const order = { pbx: 'office', group: 'sales', forMs: 60_000, ring: false, by: 'the schedule' }
const hourMs = 3_600_000

async function night(
  calls: number,
  answer: RehearsalAnswer,
): Promise<{ orders: string[]; notices: Notice[] }> {
  const clock = new FakeClock(Date.parse('2026-11-22T00:00:00Z'))
  const orders: string[] = []
  const notices: Notice[] = []
  const schedule = new ScheduledRehearsals({
    entries: [{ time: { day: 6, minute: 190 }, order, mostCalls: 2 }],
    rehearsals: {
      begin: async ({ by }) => {
        orders.push(`${new Date(clock.now()).toISOString()} ${by}`)
        return answer
      },
    },
    callsNow: () => calls,
    timeZone: 'UTC',
    notices: { send: (notice) => notices.push(notice) },
    clock,
    log: silentLog,
  })
  await schedule.start()
  clock.advance(6 * hourMs)
  await schedule.stop()
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  expect(clock.pendingTimers).toBe(0)
  return { orders, notices }
}

describe('scheduled rehearsals', () => {
  it('are ordered at their time', async () => {
    const { orders, notices } = await night(2, { kind: 'begun', id: '1' })
    expect(orders).toEqual(['2026-11-22T03:10:00.000Z the schedule'])
    expect(notices).toEqual([])
  })

  it('are left out while people talk, and somebody hears of it', async () => {
    const { orders, notices } = await night(3, { kind: 'begun', id: '1' })
    expect(orders).toEqual([])
    expect(notices.map(({ summary }) => summary)).toEqual([
      'The rehearsal without the PBX office that was due now was left out: 3 calls are under way',
    ])
  })

  it('tell why they could not begin', async () => {
    const { notices } = await night(0, {
      kind: 'refused',
      why: 'PBX office is not well: its state is survival',
    })
    expect(notices[0]?.summary).toContain('was left out: PBX office is not well: its state is survival')
  })
})
