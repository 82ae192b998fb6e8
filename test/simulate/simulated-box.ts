import type { AorText } from '../../src/domain/aor.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { PeerOverlay } from '../../src/overlay/peer-overlay.ts'
import type { PeerId } from '../../src/overlay/protocol/peer-id.ts'
import type { PeerAddress } from '../../src/overlay/protocol/peer-message.ts'
import { AorDirectory } from '../../src/overlay/records/aor-directory.ts'
import { BoxClock } from './box-clock.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { EnrolledBox, SimulatedEnrolment } from './simulated-enrolment.ts'
import type { SimulatedHost } from './simulated-host.ts'

export interface SimulatedBoxParts {
  readonly domain: string
  readonly identity: EnrolledBox
  readonly enrolment: SimulatedEnrolment
  readonly host: SimulatedHost
  /** Whose phones are here. */
  readonly users: readonly AorText[]
  /** Addresses of boxes that it was told of when it joined. */
  readonly contacts: readonly string[]
  readonly copies: number
  readonly recordLifetimeSeconds: number
  readonly clock: Clock
  readonly random: SeededRandom
}

/** How a box goes: stopped by its owner, its process killed, or the machine without power or cable. */
export type Departure = 'stopped' | 'killed' | 'vanished'

/** What survives a restart is here; what does not is in the run. */
interface Run {
  readonly overlay: PeerOverlay
  readonly directory: AorDirectory
  readonly clock: BoxClock
  readonly startedAt: number
}

/** One box of the town: the real overlay and the real directory, on a simulated host. */
export class SimulatedBox {
  readonly host: SimulatedHost
  readonly users: readonly AorText[]
  readonly #parts: SimulatedBoxParts
  #remembered: readonly PeerAddress[] = []
  #run: Run | undefined
  #runs = 0

  constructor(parts: SimulatedBoxParts) {
    this.#parts = parts
    this.host = parts.host
    this.users = parts.users
  }

  get peer(): PeerId {
    return this.host.self
  }

  get isUp(): boolean {
    return this.#run !== undefined
  }

  /** How long it has been up; 0 when it is down. */
  get upForMilliseconds(): number {
    return this.#run ? this.#parts.clock.now() - this.#run.startedAt : 0
  }

  /** Throws when the box is down. */
  get directory(): AorDirectory {
    return this.#running().directory
  }

  /** Throws when the box is down. */
  get overlay(): PeerOverlay {
    return this.#running().overlay
  }

  async start(): Promise<void> {
    const run = this.#makeRun()
    this.#run = run
    await run.overlay.start()
    await run.directory.start()
  }

  /** The phones register. */
  publishUsers(): void {
    for (const user of this.users) this.directory.publish(user, 7 * 86_400)
  }

  async depart(how: Departure): Promise<void> {
    const { overlay, directory, clock } = this.#running()
    this.#run = undefined
    if (how === 'stopped') {
      await directory.stop()
      await overlay.stop()
    }
    clock.stop()
    if (how === 'killed') this.host.kill()
    if (how === 'vanished') this.host.losePower()
  }

  #makeRun(): Run {
    const { domain, identity, enrolment, host, contacts, copies, recordLifetimeSeconds } = this.#parts
    const clock = new BoxClock(this.#parts.clock)
    const random = this.#parts.random.branch(`run ${this.#runs++}`)
    const overlay = new PeerOverlay({
      ...{ domain, key: identity.key, credential: identity.credential, copies, clock, log: silentLog },
      ...enrolment.trust(clock),
      desk: undefined,
      network: host,
      memory: {
        recall: () => this.#remembered,
        remember: (peers) => {
          this.#remembered = peers
        },
      },
      seeds: contacts.map((address) => ({ address, foundBy: 'ticket' })),
      random: () => random.fraction(),
    })
    const directory = new AorDirectory(overlay, {
      longestLifetimeSeconds: recordLifetimeSeconds,
      ...{ clock, log: silentLog, random: () => random.fraction() },
    })
    return { overlay, directory, clock, startedAt: clock.now() }
  }

  #running(): Run {
    if (!this.#run) throw new Error('the box is down')
    return this.#run
  }
}
