import type { Clock, Timer } from '../../lib/clock.ts'

/** Who is told when a timer fires. */
export interface TimerOwner<Name extends string> {
  onTimer(name: Name): void
}

/** A timer that can be started again and again under different names. Made once, so that starting allocates nothing. */
export class WheelTimer<Name extends string> {
  readonly owner: TimerOwner<Name>
  name: Name | undefined
  dueTick = 0
  previous: WheelTimer<Name> | undefined
  next: WheelTimer<Name> | undefined

  constructor(owner: TimerOwner<Name>) {
    this.owner = owner
  }

  get isRunning(): boolean {
    return this.name !== undefined
  }

  fire(): void {
    const name = this.name
    this.name = undefined
    if (name !== undefined) this.owner.onTimer(name)
  }
}

// A wheel holds timers of owners with different names; it never looks at them.
type AnyTimer = WheelTimer<never>

const slotCount = 4_096
const slotMask = slotCount - 1
/** More than this between two looks at the clock is a step of the clock, not time that passed. */
const longestStepMs = 2_000
/** How far the wheel looks ahead for the next timer; it sleeps no longer. */
const longestSleepTicks = 20
/** Timers of some seconds come due together, every so many ticks: waking up costs more than what most of them do. */
const longTimerMs = 4_000
const longTimerGrain = 10

/**
 * Many timers on one: each slot is a list of the timers that fall due in its tick, so that starting and stopping costs
 * the same however many there are. A timer fires up to one tick late, a long one up to ten, never early. Nothing runs
 * while no timer does, and the wheel sleeps over ticks without any.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #tickMs: number
  readonly #onError: (cause: unknown) => void
  readonly #slots = new Array<AnyTimer | undefined>(slotCount).fill(undefined)
  #ticking: Timer | undefined
  #lastNow = 0
  #elapsedMs = 0
  #tick = 0
  /** The tick that it sleeps until. */
  #wakeTick = 0
  #size = 0

  /** `onError` hears what the owners of timers throw, so that one of them does not stop the wheel for all. */
  constructor(clock: Clock, tickMs: number, onError: (cause: unknown) => void) {
    this.#clock = clock
    this.#tickMs = tickMs
    this.#onError = onError
  }

  get size(): number {
    return this.#size
  }

  /** Starts a timer; one that is running is moved. */
  start<Name extends string>(timer: WheelTimer<Name>, name: Name, milliseconds: number): void {
    this.stop(timer)
    if (!this.#ticking) this.#wake()
    timer.name = name
    timer.dueTick = Math.max(this.#dueTick(milliseconds), this.#tick + 1)
    this.#insert(timer as unknown as AnyTimer)
    if (!this.#ticking || timer.dueTick < this.#wakeTick) this.#sleepUntil(timer.dueTick)
  }

  stop<Name extends string>(timer: WheelTimer<Name>): void {
    if (!timer.isRunning) return
    timer.name = undefined
    this.#remove(timer as unknown as AnyTimer)
  }

  /** Stops everything. */
  clear(): void {
    this.#rest()
    this.#slots.fill(undefined)
    this.#size = 0
  }

  #insert(timer: AnyTimer): void {
    const slot = timer.dueTick & slotMask
    const head = this.#slots[slot]
    timer.previous = undefined
    timer.next = head
    if (head) head.previous = timer
    this.#slots[slot] = timer
    this.#size++
  }

  #remove(timer: AnyTimer): void {
    if (timer.next) timer.next.previous = timer.previous
    if (timer.previous) timer.previous.next = timer.next
    else this.#slots[timer.dueTick & slotMask] = timer.next
    timer.previous = undefined
    timer.next = undefined
    this.#size--
  }

  #dueTick(milliseconds: number): number {
    const tick = Math.ceil((this.#elapsed() + milliseconds) / this.#tickMs)
    return milliseconds < longTimerMs ? tick : Math.ceil(tick / longTimerGrain) * longTimerGrain
  }

  #rest(): void {
    this.#ticking?.cancel()
    this.#ticking = undefined
  }

  #wake(): void {
    this.#lastNow = this.#clock.now()
    this.#elapsedMs = 0
    this.#tick = 0
  }

  #sleepUntil(tick: number): void {
    this.#ticking?.cancel()
    this.#wakeTick = Math.min(tick, this.#tick + longestSleepTicks)
    const milliseconds = Math.max(1, this.#wakeTick * this.#tickMs - this.#elapsedMs)
    this.#ticking = this.#clock.after(milliseconds, () => this.#advance())
  }

  #nextBusyTick(): number {
    const last = this.#tick + longestSleepTicks
    for (let tick = this.#tick + 1; tick < last; tick++) if (this.#slots[tick & slotMask]) return tick
    return last
  }

  /** Milliseconds since the wheel began to turn. The clock may be set while we run: backwards counts as standing still. */
  #elapsed(): number {
    const now = this.#clock.now()
    const step = now - this.#lastNow
    this.#lastNow = now
    if (step > 0) this.#elapsedMs += Math.min(step, longestStepMs)
    return this.#elapsedMs
  }

  /** Catches up with the clock, tick by tick. */
  #advance(): void {
    const target = Math.floor(this.#elapsed() / this.#tickMs)
    while (this.#tick < target) {
      this.#tick++
      this.#fireSlot(this.#tick)
    }
    if (this.#size > 0) this.#sleepUntil(this.#nextBusyTick())
    else this.#rest()
  }

  #fireSlot(tick: number): void {
    const slot = tick & slotMask
    for (let timer = this.#slots[slot]; timer; ) {
      if (timer.dueTick > tick) {
        timer = timer.next
        continue
      }
      this.#remove(timer)
      try {
        timer.fire()
      } catch (cause) {
        this.#onError(cause)
      }
      // Whatever fired may have changed the list.
      timer = this.#slots[slot]
    }
  }
}
