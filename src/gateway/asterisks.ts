import type { AsteriskEntry } from '../config/sections/asterisks.ts'
import type { PbxEntry } from '../config/sections/pbxs.ts'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { NoticeSink } from '../domain/notice.ts'
import { AmiAsterisk } from '../drivers/asterisk/ami-asterisk.ts'
import type { HostLookUp } from '../drivers/asterisk/ami-link.ts'
import type { AsteriskView } from '../drivers/asterisk/asterisk-view.ts'
import type { PbxConversations } from '../edge/rescue/rescue-plan.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { MirroredPbx } from '../survival/phones/mirrored-phones.ts'
import { AsteriskLine, type LineWatch } from '../trunk/asterisk-line.ts'
import { HangUpCauses } from '../trunk/hang-up-causes.ts'

export interface AsterisksParts {
  readonly entries: readonly AsteriskEntry[]
  readonly names: HostLookUp
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

/** The Asterisks of the config, and what trunks and PBXs that are one of them know by it. */
export class Asterisks {
  /** Why calls by way of them ended there. */
  readonly causes = new HangUpCauses()
  readonly #asterisks: ReadonlyMap<string, AmiAsterisk>

  constructor({ entries, ...parts }: AsterisksParts) {
    this.#asterisks = new Map(entries.map((entry) => [entry.name, new AmiAsterisk({ ...parts, entry })]))
    for (const asterisk of this.#asterisks.values()) asterisk.onHangup((hangup) => this.causes.saw(hangup))
  }

  get parts(): readonly Part[] {
    return [...this.#asterisks.values()]
  }

  /** Undefined for a trunk that is no Asterisk. Throws when it names one that is not in the config. */
  lineOf({ name, asterisk, line }: Pick<TrunkEntry, 'name' | 'asterisk' | 'line'>): LineWatch | undefined {
    if (asterisk === undefined) return undefined
    return new AsteriskLine(line, this.#named(asterisk, `trunk ${name}`))
  }

  /** Whether this Asterisk tells of its hang-ups now. */
  isWatching(name: string | undefined): boolean {
    return name !== undefined && this.#asterisks.get(name)?.state() !== undefined
  }

  /** PBXs whose phones are known by AMI. Throws when one names an Asterisk that is not in the config. */
  mirroredPbxs(entries: readonly PbxEntry[]): readonly MirroredPbx[] {
    return entries.flatMap(({ name, domain, asterisk }) =>
      asterisk === undefined ? [] : [{ name, domain, phones: this.#named(asterisk, `PBX ${name}`) }],
    )
  }

  /** Whom PBXs that are Asterisks connect with whom. Throws when one names an Asterisk that is not in the config. */
  conversations(entries: readonly PbxEntry[]): PbxConversations {
    const pbxs = new Map(
      entries.flatMap(({ name, asterisk }) =>
        asterisk === undefined ? [] : [[name, this.#named(asterisk, `PBX ${name}`)] as const],
      ),
    )
    return { partnersOf: (pbx, callId) => pbxs.get(pbx)?.partnersOf(callId) }
  }

  /** By its name in the config. */
  find(name: string): AmiAsterisk | undefined {
    return this.#asterisks.get(name)
  }

  view(): readonly AsteriskView[] {
    return [...this.#asterisks.values()].map((asterisk) => asterisk.view())
  }

  #named(name: string, by: string): AmiAsterisk {
    const asterisk = this.#asterisks.get(name)
    if (!asterisk) throw new Error(`${by} names the Asterisk "${name}", which "asterisks" does not have`)
    return asterisk
  }
}
