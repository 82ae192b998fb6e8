import { beforeEach, describe, expect, it } from 'vitest'
import type { Notice, NoticeEvent } from '../../../src/domain/notice.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { NoticeStore } from '../../../src/notice/notice-store.ts'
import { NoticeRefused, type NoticeTarget, type QueuedNotice } from '../../../src/notice/notice-target.ts'
import { Notices } from '../../../src/notice/notices.ts'

const hour = 3_600_000

class MemoryNoticeStore implements NoticeStore {
  readonly kept = new Map<number, QueuedNotice>()
  load = async () => [...this.kept.values()]
  async add(notice: QueuedNotice): Promise<void> {
    this.kept.set(notice.number, notice)
  }
  async remove(number: number): Promise<void> {
    this.kept.delete(number)
  }
}

class Receiver implements NoticeTarget {
  readonly heard: string[] = []
  readonly ids: string[] = []
  trouble: Error | 'silence' | undefined
  readonly name: string
  readonly events: ReadonlySet<NoticeEvent>

  constructor(name: string, ...events: NoticeEvent[]) {
    this.name = name
    this.events = new Set(events)
  }

  async deliver({ id, notice }: QueuedNotice, signal: AbortSignal): Promise<void> {
    this.ids.push(id)
    if (this.trouble === 'silence')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    else if (this.trouble) throw this.trouble
    this.heard.push(notice.summary)
  }
}

let clock: FakeClock
let store: MemoryNoticeStore
let program: Receiver
let people: Receiver
let notices: Notices

beforeEach(async () => {
  clock = new FakeClock(1_000 * hour)
  store = new MemoryNoticeStore()
  program = new Receiver('program', 'trunk', 'emergency', 'call')
  people = new Receiver('people', 'emergency')
  notices = await opened()
})

async function opened(): Promise<Notices> {
  const made = new Notices({
    targets: [program, people],
    store,
    mostWaiting: 3,
    retryHours: 24,
    clock,
    log: silentLog,
  })
  await made.start()
  return made
}

const notice = (summary: string, event: NoticeEvent = 'trunk'): Notice => ({
  event,
  at: clock.now(),
  summary,
  facts: {},
})
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function later(milliseconds: number): Promise<void> {
  await settled()
  clock.advance(milliseconds)
  await settled()
}

describe('notices', () => {
  it('go to those who want them, in order, and are then forgotten', async () => {
    notices.send(notice('one'))
    notices.send(notice('two', 'emergency'))
    notices.send(notice('nobody', 'asterisk'))
    await settled()
    expect(program.heard).toEqual(['one', 'two'])
    expect(people.heard).toEqual(['two'])
    expect(store.kept.size).toBe(0)
    expect(notices.wants('call')).toBe(true)
    expect(notices.wants('asterisk')).toBe(false)
  })

  it('are tried again, ever more rarely, under the same id; nobody else waits', async () => {
    program.trouble = new Error('the receiver answered 500')
    notices.send(notice('one', 'emergency'))
    await settled()
    expect(people.heard).toEqual(['one'])
    expect(notices.view()[0]).toMatchObject({ waiting: 1, lastError: 'the receiver answered 500' })
    await later(1_000)
    await later(1_000)
    expect(program.ids).toHaveLength(2)
    await later(1_000)
    expect(program.ids).toHaveLength(3)
    program.trouble = undefined
    await later(4_000)
    expect(program.heard).toEqual(['one'])
    expect(new Set(program.ids).size).toBe(1)
    expect(notices.view()[0]).toMatchObject({ waiting: 0, delivered: 1, lastError: undefined })
  })

  it('of calls for help go first, at once, whatever waits and however long the receiver was away', async () => {
    program.trouble = new Error('the receiver answered 500')
    notices.send(notice('one'))
    notices.send(notice('two', 'call'))
    for (let tries = 0; tries < 12; tries++) await later(900_000)
    program.trouble = undefined
    notices.send(notice('help', 'emergency'))
    await settled()
    expect(program.heard).toEqual(['help', 'one', 'two'])
  })

  it('of calls for help do not wait for the next try of what failed while they came', async () => {
    program.trouble = 'silence'
    notices.send(notice('one'))
    await settled()
    notices.send(notice('help', 'emergency'))
    for (const more of ['two', 'three', 'four']) notices.send(notice(more))
    program.trouble = undefined
    await later(10_000)
    expect(program.heard.slice(0, 2)).toEqual(['help', 'one'])
  })

  it('are tried again when the receiver says nothing for ten seconds', async () => {
    program.trouble = 'silence'
    notices.send(notice('one'))
    await later(10_000)
    expect(notices.view()[0]?.lastError).toBe('no answer in time')
    program.trouble = undefined
    await later(1_000)
    expect(program.heard).toEqual(['one'])
  })

  it('are given up after a day, or when the receiver refuses them for good', async () => {
    program.trouble = new NoticeRefused('the receiver answered 400')
    notices.send(notice('refused'))
    await settled()
    program.trouble = new Error('away')
    notices.send(notice('old'))
    for (let n = 0; n < 200; n++) await later(hour / 4)
    expect(notices.view()[0]).toMatchObject({ waiting: 0, dropped: 2, delivered: 0 })
    expect(store.kept.size).toBe(0)
  })

  it('wait on disk while the box is away', async () => {
    program.trouble = 'silence'
    notices.send(notice('one'))
    notices.send(notice('two'))
    await settled()
    await notices.stop()
    program.trouble = undefined
    notices = await opened()
    notices.send(notice('three'))
    await settled()
    expect(program.heard).toEqual(['one', 'two', 'three'])
    expect(store.kept.size).toBe(0)
  })

  it('make room when too many wait: calls are dropped first', async () => {
    program.trouble = new Error('away')
    notices.send(notice('trunk'))
    notices.send(notice('call', 'call'))
    for (const name of ['first', 'second']) notices.send(notice(name, 'emergency'))
    await settled()
    program.trouble = undefined
    await later(1_000)
    expect(program.heard).toEqual(['first', 'second', 'trunk'])
    expect(notices.view()[0]).toMatchObject({ dropped: 1 })
  })
})
