import { beforeEach, describe, expect, it } from 'vitest'
import { SupervisedService } from '../../../src/drivers/systemd/supervised-service.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { CollectedLog } from '../../support/collected-log.ts'

/** What follows promises that are settled already. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

class Manager {
  readonly heard: string[] = []
  isGone = false
  ended = false
  /** The program runs until this is called. */
  release: (() => void) | undefined
  isSlow = false

  async tell(assignments: readonly string[]): Promise<void> {
    this.heard.push(assignments.join(' | '))
    if (this.isGone) throw new Error('no such program')
    if (!this.isSlow) return
    const ended = Promise.withResolvers<void>()
    this.release = ended.resolve
    await ended.promise
  }

  end(): void {
    this.ended = true
  }
}

describe('a box under systemd', () => {
  let clock: FakeClock
  let manager: Manager
  let log: CollectedLog
  let box: { statusLine: string; engineAnswers(withinMs: number): Promise<boolean> }
  let answers: boolean
  beforeEach(() => {
    clock = new FakeClock()
    manager = new Manager()
    log = new CollectedLog()
    answers = true
    box = { statusLine: 'normal: 0 phones, 0 calls', engineAnswers: async () => answers }
  })

  async function started(watchdogMs?: number): Promise<SupervisedService> {
    const service = new SupervisedService({ manager, box, watchdogMs, clock, log })
    await service.start()
    await settled()
    return service
  }

  async function pass(milliseconds: number): Promise<void> {
    clock.advance(milliseconds)
    await settled()
  }

  it('says that it has started, and how it is when that changes', async () => {
    const service = await started()
    expect(manager.heard).toEqual(['READY=1 | STATUS=normal: 0 phones, 0 calls'])
    await pass(30_000)
    expect(manager.heard).toHaveLength(1)
    box.statusLine = 'normal: 1 phone, 0 calls'
    await pass(3_000)
    expect(manager.heard.slice(1)).toEqual(['STATUS=normal: 1 phone, 0 calls'])
    await service.stop()
    expect(manager.ended).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is alive three times in the time that the watchdog waits, as long as the engine answers', async () => {
    const service = await started(30_000)
    const fed = () => manager.heard.filter((message) => message.includes('WATCHDOG=1')).length
    expect(fed()).toBe(1)
    await pass(10_000)
    await pass(10_000)
    expect(fed()).toBe(3)
    answers = false
    await pass(10_000)
    await pass(10_000)
    expect(fed()).toBe(3)
    expect(log.lines.map(({ sentence }) => sentence)).toContain(
      'the sip engine does not answer; systemd is not told that the box is alive',
    )
    answers = true
    await pass(1_000)
    expect(fed()).toBe(4)
    await service.stop()
  })

  it('gives a busy engine a third of the watchdog’s time for its answer, and asks again a second later', async () => {
    const waits: number[] = []
    box.engineAnswers = async (withinMs) => {
      waits.push(withinMs)
      return answers
    }
    answers = false
    const service = await started(30_000)
    for (let second = 0; second < 4; second++) await pass(1_000)
    expect(waits).toEqual([10_000, 10_000, 10_000, 10_000, 10_000])
    await service.stop()
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not start a program while one runs: the newest words wait', async () => {
    manager.isSlow = true
    const service = await started(30_000)
    box.statusLine = 'normal: 1 phone, 0 calls'
    await pass(3_000)
    box.statusLine = 'normal: 2 phones, 0 calls'
    await pass(7_000)
    expect(manager.heard).toHaveLength(1)
    manager.release?.()
    await settled()
    expect(manager.heard.slice(1)).toEqual(['STATUS=normal: 2 phones, 0 calls | WATCHDOG=1'])
    await service.stop()
  })

  it('goes on when systemd cannot be told, says it again ever more rarely, and loses nothing', async () => {
    manager.isGone = true
    const service = await started()
    for (const pause of [1_000, 2_000, 4_000]) await pass(pause)
    expect(manager.heard).toHaveLength(4)
    box.statusLine = 'normal: 1 phone, 0 calls'
    manager.isGone = false
    await pass(8_000)
    expect(manager.heard.at(-1)).toBe('READY=1 | STATUS=normal: 1 phone, 0 calls')
    expect(log.lines.map(({ fields }) => fields.again)).toEqual([1_000, 2_000, 4_000, 8_000])
    await service.stop()
  })

  it('tells systemd again before the watchdog bites', async () => {
    manager.isGone = true
    const service = await started(30_000)
    for (const pause of [1_000, 2_000, 4_000, 5_000, 5_000]) await pass(pause)
    const told = log.lines.filter(({ sentence }) => sentence === 'systemd could not be told how the box is')
    expect(told.map(({ fields }) => fields.again)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000])
    await service.stop()
  })

  it('the last of several states is the one that counts', async () => {
    manager.isSlow = true
    const service = await started()
    service.reloading()
    service.reloaded()
    service.stopping()
    manager.release?.()
    await settled()
    expect(manager.heard.at(-1)).toMatch(/^MONOTONIC_USEC=\d+ \| RELOADING=1 \| READY=1 \| STOPPING=1$/)
    await service.stop()
  })
})
