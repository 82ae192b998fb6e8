import type { SipRequest } from '../message/message.ts'

/** RFC 5393 §5.3.1: for a request that comes without Max-Breadth. */
const defaultBreadth = 60

/** Max-Breadth of a request; undefined when it cannot be read. */
export function breadthOf(request: SipRequest): number | undefined {
  const value = request.get('max-breadth')
  if (value === undefined) return defaultBreadth
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

/**
 * How many branches a request may still become, here and further on (RFC 5393 §5.3.3): branches at the same time share
 * it, and what a branch had is free again when it has ended.
 */
export class Breadth {
  #free: number

  constructor(breadth: number) {
    this.#free = breadth
  }

  isEnoughFor(branches: number): boolean {
    return this.#free >= branches
  }

  /** The Max-Breadth of the first of so many branches that are to start now; 0: it must not start. */
  take(branches: number): number {
    const share = Math.floor(this.#free / branches)
    this.#free -= share
    return share
  }

  giveBack(share: number): void {
    this.#free += share
  }
}
