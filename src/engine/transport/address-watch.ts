import type { Clock, Timer } from '../../lib/clock.ts'
import { machineInterfaces } from '../../lib/machine-interfaces.ts'
import type { Part } from '../../lib/part.ts'

// Asking the kernel takes a fraction of a millisecond; Node has no way to be told.
const lookEveryMs = 2_000

/**
 * Notices within two seconds that the machine has got, lost or changed an address. `changed` is called at the start too: for
 * what has changed since somebody asked for the addresses last, before that.
 */
export class AddressWatch implements Part {
  readonly name = 'own addresses'
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #interfaces: typeof machineInterfaces
  #seen = ''
  #timer: Timer | undefined

  constructor(clock: Clock, changed: () => void, interfaces = machineInterfaces) {
    this.#clock = clock
    this.#changed = changed
    this.#interfaces = interfaces
  }

  async start(): Promise<void> {
    this.#seen = this.#look()
    this.#changed()
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  #lookLater(): void {
    this.#timer = this.#clock.after(lookEveryMs, () => {
      const found = this.#look()
      if (found !== this.#seen) {
        this.#seen = found
        this.#changed()
      }
      this.#lookLater()
    })
  }

  #look(): string {
    return Object.values(this.#interfaces())
      .flatMap((entries) => (entries ?? []).map(({ address }) => address))
      .sort()
      .join(' ')
  }
}
