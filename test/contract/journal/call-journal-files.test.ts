import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CallJournalFiles } from '../../../src/drivers/journal/call-journal-files.ts'
import { openSegment, type Segment } from '../../../src/drivers/journal/segment.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { aCall } from '../../support/a-call.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { eventually } from '../../support/within.ts'

let folder: TemporaryFolder
let clock: FakeClock
let warnings: string[]
let failure: Error | undefined
let madeDurable: number
let opened: CallJournalFiles[]

beforeEach(() => {
  folder = new TemporaryFolder('journal')
  clock = new FakeClock(10_000)
  warnings = []
  failure = undefined
  madeDurable = 0
  opened = []
})
afterEach(async () => {
  failure = undefined
  for (const journal of opened) await journal.stop()
  folder.remove()
})

/** As a box finds it that was not stopped in order: nothing was closed. */
async function open(segmentBytes?: number): Promise<CallJournalFiles> {
  const journal = new CallJournalFiles({
    folder: folder.path,
    makeDurable: async () => {
      madeDurable++
    },
    log: { ...silentLog, warn: (_, sentence) => warnings.push(sentence) },
    clock,
    ...(segmentBytes !== undefined && { segmentBytes }),
    openSegment: failing,
    stopwatch: () => 0,
  })
  opened.push(journal)
  await journal.start()
  return journal
}

function failing(path: string): Segment {
  if (failure) throw failure
  const segment = openSegment(path)
  return {
    ...segment,
    append(text) {
      if (failure) throw failure
      segment.append(text)
    },
  }
}

const files = () => readdirSync(folder.path).sort()
const found = (journal: CallJournalFiles) =>
  journal
    .found()
    .calls.map(({ id, endedAt }) => [id, endedAt])
    .sort()

describe('the call journal', () => {
  it('finds after a crash every call as it was last noted, and when the box was last alive', async () => {
    const journal = await open()
    journal.note(aCall({ id: 'up' }))
    journal.note(aCall({ id: 'over' }))
    journal.note(aCall({ id: 'challenged' }))
    journal.note(aCall({ id: 'over', endedAt: 11_000 }))
    journal.forget('challenged')
    clock.advance(5_500)
    const next = await open()
    expect(found(next)).toEqual([
      ['over', 11_000],
      ['up', undefined],
    ])
    expect(next.found().lastSignOfLife).toBe(15_000)
  })

  it('finds the same again when the box dies before it has stored what was found', async () => {
    const journal = await open()
    journal.note(aCall({ id: 'a' }))
    const next = await open()
    next.note(aCall({ id: 'b' }))
    const third = await open()
    expect(found(third).map(([id]) => id)).toEqual(['a', 'b'])
    await third.discardFound()
    expect(madeDurable).toBe(1)
    expect(found(await open())).toEqual([])
  })

  it('keeps what is readable of a torn and a damaged file, and sets the damaged one aside', async () => {
    const journal = await open(1)
    for (const id of ['a', 'b', 'c']) journal.note(aCall({ id }))
    const [first = '', , third = ''] = files()
    const path = (name: string) => join(folder.path, name)
    writeFileSync(path(first), `rubbish\n${readFileSync(path(first), 'utf8')}`)
    appendFileSync(path(third), readFileSync(path(third)).subarray(0, 100))
    const next = await open()
    expect(found(next).map(([id]) => id)).toEqual(['a', 'b', 'c'])
    expect(warnings).toEqual(['damaged lines in the call journal'])
    await next.discardFound()
    expect(files()).toEqual([first.replace('.log', '.damaged')])
  })

  it('removes a file when its calls are settled, the oldest first', async () => {
    const journal = await open(1)
    for (const id of ['a', 'b']) journal.note(aCall({ id }))
    journal.settle('b')
    journal.note(aCall({ id: 'c' }))
    // The file of b stays: the older one may hold an earlier state of it.
    expect(files()).toHaveLength(3)
    journal.settle('a')
    await eventually(2_000, 'the two files to be removed', () => files().length === 1)
    expect(madeDurable).toBeGreaterThan(0)
  })

  it('removes a file whose last call is settled just as a removal ends', async () => {
    for (let turns = 0; turns < 20; turns++) {
      const journal = await open(1)
      for (const id of ['a', 'b', 'c']) journal.note(aCall({ id }))
      journal.settle('b')
      for (let turn = 0; turn < turns; turn++) await null
      journal.settle('a')
      await eventually(10_000, `one file after ${turns} turns`, () => files().length === 1)
      journal.settle('c')
      await journal.stop()
    }
  })

  it('does not let one long call hold many files', async () => {
    const journal = await open(1)
    journal.note(aCall({ id: 'long' }))
    for (let n = 0; n < 50; n++) {
      journal.note(aCall({ id: `${n}` }))
      journal.settle(`${n}`)
      await eventually(10_000, 'the files to be tidied up', () => files().length <= 5)
    }
    await journal.stop() // which may still be tidying up
    expect(found(await open()).map(([id]) => id)).toContain('long')
  })

  it('goes on without a disk that fails, and notes later what it could not', async () => {
    const journal = await open()
    expect(journal.note(aCall({ id: 'before' }))).toBe(true)
    failure = new Error('ENOSPC')
    expect(journal.note(aCall({ id: 'before', endedAt: 12_000 }))).toBe(false)
    expect(journal.note(aCall({ id: 'meanwhile' }))).toBe(false)
    expect(journal.counts).toMatchObject({ behind: 2, isBehind: true })
    expect(found(await open())).toEqual([['before', undefined]])
    failure = undefined
    clock.advance(1_000)
    expect(journal.counts).toMatchObject({ behind: 0, isBehind: false })
    await eventually(2_000, 'the file that is not needed any more to be removed', () => files().length === 1)
    expect(found(await open())).toEqual([
      ['before', 12_000],
      ['meanwhile', undefined],
    ])
  })

  it('leaves nothing behind when the box stops in order', async () => {
    const journal = await open()
    journal.note(aCall())
    journal.settle('a')
    await journal.stop()
    expect(files()).toEqual([])
  })
})
