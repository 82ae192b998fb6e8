import { talk } from '../../demo/talk.ts'
import type { NetworkSwitch } from '../../support/network-switch.ts'
import { NetworkTopology } from '../../support/network-topology.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { endAll } from './end-all.ts'
import { enrolAll } from './enrol-all.ts'
import { OverlayBox, village } from './overlay-box.ts'
import { PhoneRoom } from './phone-room.ts'

const startWithinMs = 90_000

/** Three boxes on each of two switches, and a cable between these. A user lives at each box, with a phone. */
export class SixBoxes {
  readonly northRoom: PhoneRoom
  readonly southRoom: PhoneRoom
  readonly boxes: readonly OverlayBox[]
  readonly cable: { cut(): void; mend(): void }
  readonly #topology = new NetworkTopology()
  readonly #names = new Map<OverlayBox, string>()
  readonly #residents = new Map<OverlayBox, SipPhone>()

  /** `users`: of each box, besides its resident. Boxes 1 to 3 are in the north. */
  constructor(users: readonly (readonly string[])[]) {
    const north = this.#topology.switch()
    const south = this.#topology.switch()
    this.cable = north.join(south)
    this.northRoom = this.#newRoom('10.2.0.101', north)
    this.southRoom = this.#newRoom('10.2.0.102', south)
    this.boxes = users.map((own, index) => this.#newBox(index + 1, own, index < 3 ? north : south))
  }

  get halves(): readonly (readonly OverlayBox[])[] {
    return [this.boxes.slice(0, 3), this.boxes.slice(3)]
  }

  async start(): Promise<void> {
    enrolAll(this.boxes, [this.box(1).multiaddress])
    await Promise.all([this.northRoom.start(), this.southRoom.start()])
    for (const box of this.boxes) await box.start()
    await this.areWhole(startWithinMs)
    for (const box of this.boxes) {
      this.#names.set(box, await box.peerName())
      const room = this.halves[0]?.includes(box) ? this.northRoom : this.southRoom
      this.#residents.set(box, await room.phone(userOf(box), box))
    }
  }

  stop(): Promise<void> {
    return endAll([...this.boxes, this.northRoom, this.southRoom], this.#topology)
  }

  /** Each box sees the five others. */
  async areWhole(withinMs: number): Promise<void> {
    await Promise.all(this.boxes.map((box) => box.hasPeers(5, withinMs)))
  }

  box(number: 1 | 2 | 3 | 4 | 5 | 6): OverlayBox {
    return this.boxes[number - 1] as OverlayBox
  }

  boxNamed(peerName: string): OverlayBox {
    const box = this.boxes.find((one) => this.nameOf(one) === peerName)
    if (!box) throw new Error(`no box is called ${peerName}`)
    return box
  }

  nameOf(box: OverlayBox): string {
    return this.#names.get(box) ?? ''
  }

  residentOf(box: OverlayBox): SipPhone {
    const phone = this.#residents.get(box)
    if (!phone) throw new Error(`no phone at ${box.address}`)
    return phone
  }

  /** The resident calls that phone and hangs up; resolves with the milliseconds to the answer. */
  async reaches(from: OverlayBox, callee: SipPhone): Promise<number> {
    const user = callee.aor.slice('sip:'.length, -`@${village}`.length)
    try {
      return await talk(this.residentOf(from), user, callee)
    } catch (cause) {
      const why = await from.lastDecision()
      throw new Error(`${user} from ${from.address}: ${(cause as Error).message}\n${why}`, { cause })
    }
  }

  /** In rounds in which nobody is called twice. Resolves with the milliseconds to each answer. */
  async everybodyCalls(among: readonly OverlayBox[]): Promise<readonly number[]> {
    const times: number[] = []
    for (let step = 1; step < among.length; step++) {
      const round = among.map((caller, index) => {
        const callee = among[(index + step) % among.length] ?? caller
        return this.reaches(caller, this.residentOf(callee))
      })
      times.push(...(await Promise.all(round)))
    }
    return times
  }

  #newRoom(address: string, at: NetworkSwitch): PhoneRoom {
    const host = this.#topology.host()
    host.plug(at, `${address}/24`)
    return new PhoneRoom(host, address)
  }

  #newBox(number: number, users: readonly string[], at: NetworkSwitch): OverlayBox {
    const address = `10.2.0.${number}`
    const host = this.#topology.host()
    host.plug(at, `${address}/24`)
    return new OverlayBox({ host, address, users: [residentNumber(number), ...users] })
  }
}

export function userOf({ address }: OverlayBox): string {
  return residentNumber(Number(address.split('.').at(-1)))
}

function residentNumber(number: number): string {
  return `resident-${number}`
}
