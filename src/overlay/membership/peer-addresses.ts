const mostSaid = 12
const mostMet = 8
const mostHearsay = 4

/** Addresses of one box, by how far they can be believed: nothing that others say displaces what it says itself. */
export class PeerAddresses {
  #said: readonly string[] = []
  #met: readonly string[] = []
  #hearsay: readonly string[] = []

  /** Best first. */
  get all(): readonly string[] {
    return [...new Set([...this.#said, ...this.#met, ...this.#hearsay])]
  }

  /** The box's own list, whole: what it does not say any more is gone. */
  said(addresses: readonly string[]): void {
    this.#said = addresses.slice(0, mostSaid)
  }

  /** It was connected there, or seen by this box itself. */
  met(addresses: readonly string[]): void {
    this.#met = newestFirst(addresses, this.#met, mostMet)
  }

  heard(addresses: readonly string[]): void {
    this.#hearsay = newestFirst(addresses, this.#hearsay, mostHearsay)
  }
}

function newestFirst(newer: readonly string[], older: readonly string[], most: number): readonly string[] {
  return [...new Set([...newer, ...older])].slice(0, most)
}
