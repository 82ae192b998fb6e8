import { expect, it } from 'vitest'
import {
  type JournalEntry,
  printJournalLine,
  readJournalLine,
} from '../../../src/drivers/journal/journal-line.ts'
import { replay } from '../../../src/drivers/journal/replay.ts'
import { aCall } from '../../support/a-call.ts'

const entries: readonly JournalEntry[] = [
  {
    kind: 'call',
    at: 5,
    record: aCall({ from: '"Zoë\n\u2028\u2029" <sip:201@site-a.example>', endedAt: 9 }),
  },
  { kind: 'forgotten', at: 6, id: 'b' },
  { kind: 'alive', at: 7 },
]
const read = (entry: JournalEntry) => readJournalLine(printJournalLine(entry).slice(0, -1))

it('reads what it prints, a line each', () => {
  for (const entry of entries) {
    expect(printJournalLine(entry).match(/\n/g)).toHaveLength(1)
    // JSON leaves out what is undefined
    expect(JSON.stringify(read(entry))).toBe(JSON.stringify(entry))
  }
})

it('takes no line that was torn or changed', () => {
  const line = printJournalLine(entries[0] as JournalEntry).slice(0, -1)
  for (let length = 0; length < line.length; length++)
    expect(readJournalLine(line.slice(0, length))).toBeUndefined()
  expect(readJournalLine(line.replace('201@', '202@'))).toBeUndefined()
  expect(readJournalLine('')).toBeUndefined()
})

it('leaves of each call its last word, and nothing of one that was forgotten', () => {
  const call = (id: string, status: number): JournalEntry => ({
    kind: 'call',
    at: status,
    record: aCall({ id, status }),
  })
  const { calls, lastSignOfLife } = replay([
    call('a', 0),
    call('b', 0),
    call('a', 180),
    { kind: 'forgotten', at: 181, id: 'b' },
    { kind: 'alive', at: 300 },
    call('a', 200),
  ])
  expect(calls.map(({ id, status }) => [id, status])).toEqual([['a', 200]])
  expect(lastSignOfLife).toBe(300)
  expect(replay([])).toEqual({ calls: [], lastSignOfLife: undefined })
})
