import type { AorText } from '../../domain/aor.ts'
import type { OutagePhones, SeenPhone } from './outage-report.ts'

/** A phone as the box knows it now. */
export interface SitePhone {
  readonly aor: AorText
  /** Tells the phones of one user apart, and stays the same when the phone restarts. */
  readonly device: string
  readonly userAgent: string | undefined
  readonly address: string
  readonly port: number
  /** When it registered, here or at the PBX; milliseconds since the Unix epoch. */
  readonly lastSeen: number
  /** The PBX has it; else it is registered at the box. */
  readonly isAtPbx: boolean
}

/** When it is that the phones are looked at. */
export type RollMoment = 'verdict' | 'standing-in' | 'returned'

/** One phone of an outage, as it outlives the process. */
export interface RollEntry {
  readonly device: string
  phone: SeenPhone
  /** At the verdict. */
  wasAtPbx: boolean
  /** It has registered at the box since. */
  hasMoved: boolean
  /** At the PBX when last looked; since the PBX is back, at any time. */
  isHome: boolean
}

interface Looked extends RollEntry {
  /** Number of the look that has found it last. */
  look: number
}

const mostPhones = 20_000
const mostListed = 200

/** The phones of an outage: where they were at the verdict, and where they are. Many are looked at often: it is kept small. */
export class PhoneRoll {
  readonly #byUser = new Map<AorText, Looked[]>()
  #size = 0
  #look = 0

  constructor(entries: readonly RollEntry[] = []) {
    for (const entry of entries) this.#add({ ...entry, look: 0 })
  }

  get size(): number {
    return this.#size
  }

  /** To be read by the constructor. */
  get entries(): readonly RollEntry[] {
    return [...this.#all()].map(({ look: _, ...entry }) => entry)
  }

  lookAt(phones: Iterable<SitePhone>, moment: RollMoment): void {
    this.#look++
    for (const phone of phones) this.#see(phone, moment)
    if (moment === 'returned') return
    for (const entry of this.#all()) if (entry.look !== this.#look) entry.isHome = false
  }

  /** `listed`: name those that are away. */
  phones(listed: boolean): OutagePhones {
    const counts = { known: 0, moved: 0, home: 0, away: 0 }
    const awayList: SeenPhone[] = []
    for (const { phone, wasAtPbx, hasMoved, isHome } of this.#all()) {
      if (!wasAtPbx && !hasMoved) continue
      if (wasAtPbx) counts.known++
      if (hasMoved) counts.moved++
      counts[isHome ? 'home' : 'away']++
      if (listed && !isHome && awayList.length < mostListed) awayList.push(phone)
    }
    return { ...counts, awayList: awayList.sort((a, b) => (a.aor < b.aor ? -1 : 1)) }
  }

  #see(phone: SitePhone, moment: RollMoment): void {
    const { aor, device, lastSeen, isAtPbx } = phone
    const known = this.#byUser.get(aor)?.find((entry) => entry.device === device)
    if (!known) {
      if (this.#size >= mostPhones) return
      const hasMoved = moment === 'standing-in' && !isAtPbx
      const wasAtPbx = moment === 'verdict' && isAtPbx
      this.#add({ device, phone: seen(phone), wasAtPbx, hasMoved, isHome: isAtPbx, look: this.#look })
      return
    }
    if (lastSeen > known.phone.lastSeen) known.phone = seen(phone)
    if (moment === 'verdict') known.wasAtPbx ||= isAtPbx
    // A phone that was registered here at the verdict is here by its own choice, and goes nowhere.
    if (moment === 'standing-in' && !isAtPbx && known.wasAtPbx) known.hasMoved = true
    const isElsewhere = known.look !== this.#look && moment !== 'returned'
    known.isHome = isAtPbx || (known.isHome && !isElsewhere)
    known.look = this.#look
  }

  #add(entry: Looked): void {
    const others = this.#byUser.get(entry.phone.aor)
    if (others) others.push(entry)
    else this.#byUser.set(entry.phone.aor, [entry])
    this.#size++
  }

  *#all(): Iterable<Looked> {
    for (const entries of this.#byUser.values()) yield* entries
  }
}

function seen({ aor, userAgent, address, port, lastSeen }: SitePhone): SeenPhone {
  return { aor, userAgent, source: `${address}:${port}`, lastSeen }
}
