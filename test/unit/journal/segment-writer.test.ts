import { beforeEach, describe, expect, it } from 'vitest'
import type { Segment } from '../../../src/drivers/journal/segment.ts'
import { SegmentWriter } from '../../../src/drivers/journal/segment-writer.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

let clock: FakeClock
let files: Map<number, string>
let failure: Error | undefined
let writeTakesMs: number
let rested: number
let syncs: PromiseWithResolvers<void>[]
let writer: SegmentWriter

function openSegment(number: number): Segment {
  if (failure) throw failure
  files.set(number, '')
  return {
    append(text) {
      if (failure) throw failure
      clock.advance(writeTakesMs)
      files.set(number, files.get(number) + text)
    },
    sync() {
      const sync = Promise.withResolvers<void>()
      syncs.push(sync)
      return sync.promise
    },
    close: async () => undefined,
  }
}

beforeEach(() => {
  clock = new FakeClock(1_000)
  files = new Map()
  failure = undefined
  writeTakesMs = 0
  rested = 0
  syncs = []
  writer = new SegmentWriter({
    open: openSegment,
    clock,
    log: silentLog,
    stopwatch: () => clock.now(),
    onRested: () => rested++,
  })
  writer.begin(7)
})

describe('writing the journal', () => {
  it('begins a file with the first line, and another one after leaving it', () => {
    expect(files.size).toBe(0)
    expect(writer.append('a')).toBe(true)
    expect(writer.append('b')).toBe(true)
    writer.leave()
    expect(writer.append('c')).toBe(true)
    expect([...files]).toEqual([
      [8, 'ab'],
      [9, 'c'],
    ])
  })

  it('leaves a disk that fails alone, longer each time, and goes on in a new file', () => {
    writer.append('a')
    failure = new Error('ENOSPC')
    expect(writer.append('b')).toBe(false)
    failure = undefined
    expect(writer.append('c')).toBe(false)
    clock.advance(1_000)
    expect(rested).toBe(1)
    failure = new Error('ENOSPC')
    expect(writer.append('d')).toBe(false)
    failure = undefined
    clock.advance(1_999)
    expect(writer.append('e')).toBe(false)
    clock.advance(1)
    expect(rested).toBe(2)
    expect(writer.append('f')).toBe(true)
    expect([...files]).toEqual([
      [8, 'a'],
      [9, 'f'],
    ])
  })

  it.each([
    ['three slow writes in a row', [51, 51, 51]],
    ['one that is much too slow', [501]],
  ])('keeps the lines that were written slowly, and rests after %s', (_, times) => {
    for (const [index, time] of times.entries()) {
      writeTakesMs = time
      expect(writer.isResting).toBe(false)
      expect(writer.append(String(index))).toBe(true)
    }
    expect(writer.isResting).toBe(true)
    expect(writer.append('x')).toBe(false)
    writeTakesMs = 0
    clock.advance(1_000)
    expect(writer.append('y')).toBe(true)
    expect(files.get(8)).toBe(`${[...times.keys()].join('')}y`)
  })

  it('takes a slow write among quick ones for a busy processor', () => {
    for (const time of [51, 51, 0, 51, 51, 0]) {
      writeTakesMs = time
      expect(writer.append('a')).toBe(true)
    }
    expect(writer.isResting).toBe(false)
  })

  it('is on the disk for each who asked when what he appended is, and only then', async () => {
    writer.append('a')
    const first = writer.sync()
    await turn()
    writer.append('b')
    const done: string[] = []
    const all = ['beat', 'tidying'].map((name) => writer.sync().then(() => done.push(name)))
    await turn()
    syncs[0]?.resolve()
    await turn()
    expect([await first, done, syncs.length]).toEqual([true, [], 2])
    syncs[1]?.resolve()
    await Promise.all(all)
  })

  it('is on the disk with the file that was left before', async () => {
    writer.append('a')
    writer.leave()
    writer.append('b')
    let isDone = false
    const asked = writer.sync().then(() => {
      isDone = true
    })
    for (const [index, done] of [false, true].entries()) {
      await turn()
      syncs[index]?.resolve()
      await turn()
      expect(isDone).toBe(done)
    }
    await asked
  })

  it('says when the disk would not have it, and tries again when it is asked again', async () => {
    writer.append('a')
    const asked = writer.sync()
    await turn()
    writer.append('b')
    syncs[0]?.reject(new Error('EIO'))
    expect(await asked).toBe(false)
    const again = writer.sync()
    await turn()
    syncs[1]?.resolve()
    expect(await again).toBe(true)
  })
})

/** All that waits for nothing but promises has gone on. */
const turn = () => new Promise((resolve) => setImmediate(resolve))
