import type { Libp2pReach } from './libp2p-reach.ts'
import type { OwnAddresses } from './own-addresses.ts'
import type { RelaySeats } from './relay-seats.ts'

// Together with two relays no more than what others keep of one box.
const mostGiven = 3
const mostBeyond = 2
const mostOwn = 5

/** Where others are told to find this box. */
export class AnnouncedAddresses {
  readonly #given: readonly string[]
  readonly #own: OwnAddresses
  readonly #reach: Libp2pReach
  readonly #seats: RelaySeats
  #told = ''

  constructor(parts: {
    /** By the operator. */
    given: readonly string[]
    own: OwnAddresses
    reach: Libp2pReach
    seats: RelaySeats
  }) {
    this.#given = parts.given
    this.#own = parts.own
    this.#reach = parts.reach
    this.#seats = parts.seats
  }

  all(): readonly string[] {
    const own = this.#own.all()
    // A machine may have dozens; those at which others have reached it come first.
    const inOrder = new Set([...own.filter((address) => this.#reach.wasReachedAt(address)), ...own])
    return [
      ...new Set([
        ...this.#given.slice(0, mostGiven),
        ...this.#reach.confirmed.slice(0, mostBeyond),
        ...[...inOrder].slice(0, mostOwn),
        ...this.#seats.addresses(),
      ]),
    ]
  }

  /** Others than at the last time that this was asked. */
  haveChanged(): boolean {
    const now = this.all().join()
    const before = this.#told
    this.#told = now
    return now !== before
  }
}
