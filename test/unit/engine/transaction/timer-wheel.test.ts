import { describe, expect, it } from 'vitest'
import { TimerWheel, WheelTimer } from '../../../../src/engine/transaction/timer-wheel.ts'
import type { Clock } from '../../../../src/lib/clock.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

function makeWheel() {
  const clock = new FakeClock(1_000_000)
  const errors: unknown[] = []
  const wheel = new TimerWheel(clock, 10, (cause) => errors.push(cause))
  const fired: string[] = []
  const owner = { onTimer: (name: string) => fired.push(`${name} at ${clock.now() - 1_000_000}`) }
  return { clock, wheel, errors, fired, timer: () => new WheelTimer<string>(owner) }
}

describe('the timer wheel', () => {
  it('fires each timer once, in its tick and never early', () => {
    const { clock, wheel, fired, timer } = makeWheel()
    wheel.start(timer(), 'a', 500)
    wheel.start(timer(), 'b', 32_000)
    wheel.start(timer(), 'c', 14)
    clock.advance(499)
    expect(fired).toEqual(['c at 20'])
    clock.advance(40_000)
    expect(fired).toEqual(['c at 20', 'a at 500', 'b at 32000'])
  })

  it('fires what is longer than one turn of the wheel in its own turn', () => {
    const { clock, wheel, fired, timer } = makeWheel()
    wheel.start(timer(), 'long', 600_000)
    wheel.start(timer(), 'same slot', 600_000 - 10 * 4_096 * 10)
    clock.advance(700_000)
    expect(fired).toEqual(['same slot at 190400', 'long at 600000'])
  })

  it('moves a timer that is started again, under its new name', () => {
    const { clock, wheel, fired, timer } = makeWheel()
    const one = timer()
    wheel.start(one, 'first', 100)
    clock.advance(50)
    wheel.start(one, 'second', 100)
    clock.advance(1_000)
    expect(fired).toEqual(['second at 150'])
  })

  it('stops timers wherever they stand in their slot', () => {
    const { clock, wheel, fired, timer } = makeWheel()
    const [one, two, three] = [timer(), timer(), timer()]
    for (const [n, each] of [one, two, three].entries()) wheel.start(each, `${n}`, 100)
    wheel.stop(two)
    wheel.stop(two)
    clock.advance(1_000)
    expect(fired).toEqual(['2 at 100', '0 at 100'])
    expect(wheel.size).toBe(0)
  })

  it('lets a timer start and stop others of its own slot as it fires', () => {
    const { clock, wheel, fired, timer } = makeWheel()
    const victim = timer()
    const restarted = timer()
    const killer = new WheelTimer<'kill'>({
      onTimer: () => {
        wheel.stop(victim)
        wheel.start(restarted, 'restarted', 20)
      },
    })
    wheel.start(victim, 'victim', 100)
    wheel.start(restarted, 'never', 100)
    wheel.start(killer, 'kill', 100)
    clock.advance(1_000)
    expect(fired).toEqual(['restarted at 120'])
  })

  it('stands still while nothing runs', () => {
    const { clock, wheel, timer } = makeWheel()
    const one = timer()
    wheel.start(one, 'a', 100)
    expect(clock.pendingTimers).toBe(1)
    wheel.stop(one)
    clock.advance(200)
    expect(clock.pendingTimers).toBe(0)
    clock.advance(5_000)
    wheel.start(one, 'b', 100)
    clock.advance(100)
    expect(clock.pendingTimers).toBe(0)
  })

  it('sleeps over ticks without a timer, but not over one that is started meanwhile', () => {
    const inner = new FakeClock()
    let sleeps = 0
    const clock: Clock = {
      now: () => inner.now(),
      after: (ms, action) => {
        sleeps++
        return inner.after(ms, action)
      },
    }
    const wheel = new TimerWheel(clock, 10, () => undefined)
    const fired: string[] = []
    const timer = () => new WheelTimer<string>({ onTimer: (name) => fired.push(`${name} at ${inner.now()}`) })
    wheel.start(timer(), 'late', 2_000)
    inner.advance(1_005)
    wheel.start(timer(), 'soon', 10)
    inner.advance(2_000)
    expect(fired).toEqual(['soon at 1020', 'late at 2000'])
    expect(sleeps).toBeLessThan(15)
    expect(inner.pendingTimers).toBe(0)
  })

  it('lets long timers come due together', () => {
    const { clock, wheel, fired, timer } = makeWheel()
    for (const name of ['a', 'b', 'c']) {
      wheel.start(timer(), name, 5_000)
      clock.advance(30)
    }
    clock.advance(6_000)
    expect(fired).toEqual(['a at 5000', 'c at 5100', 'b at 5100'])
  })

  it('survives an owner that throws', () => {
    const { clock, wheel, errors, fired, timer } = makeWheel()
    const failing = new WheelTimer<'x'>({
      onTimer: () => {
        throw new Error('bug')
      },
    })
    wheel.start(failing, 'x', 10)
    wheel.start(timer(), 'later', 20)
    clock.advance(100)
    expect(fired).toEqual(['later at 20'])
    expect(errors).toEqual([new Error('bug')])
  })

  it('does not let a clock that is set fire or freeze its timers', () => {
    let skewMs = 0
    const inner = new FakeClock()
    const clock: Clock = { now: () => inner.now() + skewMs, after: (ms, action) => inner.after(ms, action) }
    const wheel = new TimerWheel(clock, 10, () => undefined)
    const fired: number[] = []
    const owner = { onTimer: () => fired.push(inner.now()) }
    wheel.start(new WheelTimer<'a'>(owner), 'a', 30_000)
    inner.advance(1_000)
    skewMs = 3_600_000
    inner.advance(1_000)
    expect(fired).toEqual([])
    skewMs = -3_600_000
    inner.advance(29_000)
    expect(fired).toHaveLength(1)
    expect(fired[0]).toBeGreaterThan(27_000)
  })
})
