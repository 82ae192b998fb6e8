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
  /** When a request other than INVITE gets a 100: as the client's Timer E reaches T2 (RFC 4320 §4.1). */
  readonly tryingMs: number
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
    tryingMs: timerEReachesT2Ms(settings),
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

/** T1 + 2·T1 + 4·T1 … until the next interval is T2: 3.5 s with the values of RFC 3261. */
function timerEReachesT2Ms({ t1Ms, t2Ms }: TransactionSettings): number {
  let elapsed = 0
  let interval = t1Ms
  do {
    elapsed += interval
    interval *= 2
  } while (interval < t2Ms)
  return elapsed
}
