import { RecentMap } from '../lib/recent-map.ts'
import { addFailure, type FailureWindow } from './failure-window.ts'

export interface GuessingLimits {
  readonly guesses: number
  readonly windowMs: number
  readonly blockMs: number
}

const mostNames = 20_000
const longestName = 64

/**
 * Names whose passwords are guessed from a place where users are, such as an office behind one address: the name is
 * blocked from there, and the others go on.
 */
export class GuessedNames {
  readonly #limits: GuessingLimits
  readonly #guesses = new RecentMap<FailureWindow>(mostNames)
  readonly #blockedUntil = new RecentMap<number>(mostNames)

  constructor(limits: GuessingLimits) {
    this.#limits = limits
  }

  /** Whether this guess was the one too many. Times in milliseconds since the Unix epoch. */
  note(source: string, name: string, now: number): boolean {
    const { guesses, windowMs, blockMs } = this.#limits
    const key = keyOf(source, name)
    const { window, isFull } = addFailure(this.#guesses.get(key) ?? [], now, windowMs, guesses)
    if (!isFull) {
      this.#guesses.set(key, window)
      return false
    }
    this.#guesses.delete(key)
    this.#blockedUntil.set(key, now + blockMs)
    return true
  }

  isBlocked(source: string, name: string, now: number): boolean {
    return (this.#blockedUntil.get(keyOf(source, name)) ?? 0) > now
  }

  /** Forgets what is known of a place; false when nothing was blocked there. */
  release(source: string, now: number): boolean {
    let wasBlocked = false
    for (const [key, until] of [...this.#blockedUntil.entries()]) {
      if (!key.startsWith(`${source} `)) continue
      wasBlocked ||= until > now
      this.#blockedUntil.delete(key)
    }
    return wasBlocked
  }
}

function keyOf(source: string, name: string): string {
  return `${source} ${name.slice(0, longestName)}`
}
