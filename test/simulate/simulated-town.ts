import type { AorText } from '../../src/domain/aor.ts'
import { type PeerId, peerIdOf } from '../../src/overlay/protocol/peer-id.ts'
import { decodeReply, encodeMessage } from '../../src/overlay/protocol/peer-message.ts'
import { readRecord } from '../../src/overlay/records/record.ts'
import type { CredentialReader } from '../../src/overlay/trust/credential-reader.ts'
import type { SeededRandom } from './seeded-random.ts'
import { SimulatedBox } from './simulated-box.ts'
import { SimulatedEnrolment } from './simulated-enrolment.ts'
import { SimulatedNetwork } from './simulated-network.ts'
import { type PathSettings, SimulatedPaths } from './simulated-paths.ts'
import { SimulatedTime } from './simulated-time.ts'

export interface TownSettings {
  readonly boxes: number
  readonly usersPerBox: number
  readonly copies: number
  readonly recordLifetimeSeconds: number
  readonly paths: PathSettings
}

export interface User {
  readonly aor: AorText
  readonly home: SimulatedBox
}

const domain = 'town.example'
// 21 November 2026: far from any edge of the clock.
const beginning = 1_795_219_200_000
const contactsPerBox = 3

/** All boxes, all users, and the network between them. */
export class SimulatedTown {
  readonly time = new SimulatedTime(beginning)
  readonly network: SimulatedNetwork
  readonly boxes: readonly SimulatedBox[]
  readonly users: readonly User[]
  readonly #copies: number
  readonly #credentials: CredentialReader

  constructor(settings: TownSettings, random: SeededRandom) {
    const { boxes, usersPerBox, copies, recordLifetimeSeconds, paths } = settings
    this.network = new SimulatedNetwork(this.time, new SimulatedPaths(paths, random.branch('paths')))
    const enrolment = new SimulatedEnrolment(domain, random.branch('enrolment'), beginning)
    this.#copies = copies
    this.#credentials = enrolment.trust(this.time).credentials
    const contacts = random.branch('contacts')
    const addresses: string[] = []
    this.boxes = Array.from({ length: boxes }, (_, number) => {
      const identity = enrolment.enrol()
      const host = this.network.host(peerIdOf(identity.key.publicKey))
      const told = contacts.shuffled(addresses).slice(0, contactsPerBox)
      addresses.push(...host.addresses())
      return new SimulatedBox({
        ...{ domain, identity, enrolment, host, copies, recordLifetimeSeconds, clock: this.time },
        users: Array.from({ length: usersPerBox }, (_, user) => `sip:${number * 1_000 + user}@${domain}`),
        contacts: told,
        random: random.branch(`box ${number}`),
      })
    })
    this.users = this.boxes.flatMap((home) => home.users.map((aor) => ({ aor, home })))
  }

  get boxesUp(): readonly SimulatedBox[] {
    return this.boxes.filter(({ isUp }) => isUp)
  }

  /** Every box that is up is connected to every other on its side of a cut. */
  get isMeshed(): boolean {
    const isFar = ({ peer }: SimulatedBox) => this.network.paths.isOnFarSide(peer)
    return [this.boxesUp.filter(isFar), this.boxesUp.filter((box) => !isFar(box))].every((side) =>
      side.every(({ overlay }) => overlay.health().connectedPeers >= side.length - 1),
    )
  }

  areJoined(a: SimulatedBox, b: SimulatedBox): boolean {
    return this.network.paths.areJoined({ from: a.peer, to: b.peer })
  }

  /** Boxes that are up and have the home box's entry of that user. The network is not used. */
  async holdersOf(user: User): Promise<readonly SimulatedBox[]> {
    const up = this.boxesUp
    const has = await Promise.all(up.map((box) => this.holds(box, user)))
    return up.filter((_, place) => has[place])
  }

  /** How many boxes should hold a record now. */
  get copiesWanted(): number {
    return Math.min(this.#copies, this.boxesUp.length)
  }

  /** Whether a box that is up has the home box's entry. */
  async holds(box: SimulatedBox, { aor, home }: User): Promise<boolean> {
    const others = [home, ...this.boxesUp].filter((other) => other.isUp && other !== box)
    const asker = others.find((other) => this.areJoined(other, box))
    if (!asker) return false
    const question = encodeMessage({ type: 'fetch', kind: 'sip-aor', resource: aor, watch: false })
    const reply = decodeReply(await box.host.ask(asker.peer, question))
    return reply.type === 'records' && reply.records.some((bytes) => this.#isEntryOf(home.peer, bytes))
  }

  #isEntryOf(home: PeerId, bytes: Uint8Array): boolean {
    const { credential, body } = readRecord(bytes)
    return !body.removed && peerIdOf(this.#credentials.read(credential).publicKey) === home
  }
}
