import { describe, expect, it } from 'vitest'
import {
  dueTimes,
  type ScheduledTime,
  type ScheduleState,
} from '../../../../src/survival/rehearsal/rehearsal-schedule.ts'

const berlin = 'Europe/Berlin'
const halfPastTwo: ScheduledTime = { day: 6, minute: 2 * 60 + 30 }
const minuteMs = 60_000

/** UTC times at which it was due, looked at every ten minutes. */
function dueBetween(from: string, to: string, time: ScheduledTime = halfPastTwo): string[] {
  const found: string[] = []
  let state: ScheduleState = { at: Date.parse(from), dueOn: new Map() }
  for (let at = Date.parse(from); at <= Date.parse(to); at += 10 * minuteMs) {
    const looked = dueTimes([time], state, at, berlin)
    state = looked.state
    if (looked.due.length > 0) found.push(new Date(at).toISOString())
  }
  return found
}

describe('a schedule of rehearsals', () => {
  it('is due once a week by the clock on the wall, in winter and in summer', () => {
    expect(dueBetween('2026-11-20T00:00:00Z', '2026-12-01T00:00:00Z')).toEqual([
      '2026-11-22T01:30:00.000Z',
      '2026-11-29T01:30:00.000Z',
    ])
    expect(dueBetween('2026-07-04T00:00:00Z', '2026-07-06T00:00:00Z')).toEqual(['2026-07-05T00:30:00.000Z'])
  })

  it('is due behind the gap when the clock skips its time', () => {
    expect(dueBetween('2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual(['2026-03-29T01:00:00.000Z'])
  })

  it('is due once when the clock shows its time twice', () => {
    expect(dueBetween('2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual(['2026-10-25T00:30:00.000Z'])
  })

  it('is due every day at midnight too', () => {
    const midnight = { day: undefined, minute: 0 }
    expect(dueBetween('2026-11-20T00:00:00Z', '2026-11-22T00:00:00Z', midnight)).toEqual([
      '2026-11-20T23:00:00.000Z',
      '2026-11-21T23:00:00.000Z',
    ])
  })

  it('does not make up for what passed before the box was started', () => {
    const at = Date.parse('2026-11-22T01:31:00Z')
    expect(dueTimes([halfPastTwo], { at: at - minuteMs / 2, dueOn: new Map() }, at, berlin).due).toEqual([])
  })
})
