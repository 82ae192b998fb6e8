import type { TransactionSettings } from './transaction-settings.ts'

/** How long the timers of RFC 3261 §17 run (its table 4). Zero: fire at once. Undefined: not used on this transport. */
export interface TimerValues {
  /** First interval of timers A, E and G. */
  readonly retransmitMs: number | undefined
  /** B, F, H, L, M and the bound after a CANCEL: 64·T1. */
  readonly lifetimeMs: number
  readonly timerDMs: number
  readonly timerIMs: number
  readonly timerJMs: number
  readonly timerKMs: number
  readonly t2Ms: number
}

export function unreliableTimers(settings: TransactionSettings): TimerValues {
  const lifetimeMs = 64 * settings.t1Ms
  return {
    retransmitMs: settings.t1Ms,
    lifetimeMs,
    timerDMs: lifetimeMs,
    timerIMs: settings.t4Ms,
    timerJMs: lifetimeMs,
    timerKMs: settings.t4Ms,
    t2Ms: settings.t2Ms,
  }
}

export function reliableTimers(settings: TransactionSettings): TimerValues {
  return {
    ...unreliableTimers(settings),
    retransmitMs: undefined,
    timerDMs: 0,
    timerIMs: 0,
    timerJMs: 0,
    timerKMs: 0,
  }
}
