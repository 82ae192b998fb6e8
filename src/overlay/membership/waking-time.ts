/**
 * Milliseconds that this box has lived: a stretch in which it stood still, or a step of its clock, counts as
 * `longestStep` at most. Otherwise a box that was suspended would blame the others for its own silence (Lifeguard,
 * Dadgar et al. 2018).
 */
export class WakingTime {
  readonly #longestStep: number
  #last: number | undefined
  #lived = 0

  constructor(longestStep: number) {
    this.#longestStep = longestStep
  }

  /** As of the last `advance`. */
  get now(): number {
    return this.#lived
  }

  advance(clockNow: number): number {
    const step = clockNow - (this.#last ?? clockNow)
    this.#last = clockNow
    this.#lived += Math.min(this.#longestStep, Math.max(0, step))
    return this.#lived
  }
}
