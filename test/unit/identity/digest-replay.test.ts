import { describe, expect, it } from 'vitest'
import { ReplayTable } from '../../../src/identity/digest-replay.ts'

describe('replay table', () => {
  it('refuses counts that are too far behind to be told apart', () => {
    const table = new ReplayTable()
    table.use('n', 1_000, 40)
    expect([9, 8].map((count) => table.use('n', 1_000, count))).toEqual([true, false])
  })

  it('lets nothing be replayed that it had to forget', () => {
    const table = new ReplayTable(2)
    table.use('a', 1_000, 1)
    table.use('b', 2_000, 1)
    table.use('c', 3_000, 1)
    expect(table.size).toBe(2)
    expect(table.use('a', 1_000, 1)).toBe(false)
    expect(table.use('b', 2_000, 2)).toBe(true)
  })

  it('forgets what is too old to be accepted anyway', () => {
    const table = new ReplayTable()
    table.use('a', 1_000, 1)
    table.use('b', 2_000, 1)
    table.forgetBefore(1_500)
    expect(table.size).toBe(1)
  })
})
