import type { Config } from '../config/schema.ts'
import type { Aor } from '../domain/aor.ts'
import type { DigestDemand } from '../domain/digest-demand.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { StandIn, VoicemailEntry } from '../routing/site.ts'
import { Grace, type GraceParts } from '../survival/standing-in/grace.ts'
import { PbxRealms } from '../survival/standing-in/pbx-realms.ts'

export interface StandingInParts {
  readonly config: Config
  /** Of the box itself. */
  readonly realm: string
  readonly accounts: Pick<
    Accounts,
    'byAor' | 'nameHere' | 'homeDomain' | 'algorithmsIn' | 'canProve' | 'importedRealm'
  >
  readonly health: GraceParts['health']
  readonly bindings: GraceParts['bindings']
  readonly settings: GraceParts['settings']
  readonly clock: Clock
  readonly log: Log
}

const boxAlgorithms: DigestDemand['algorithms'] & {} = ['SHA-256', 'MD5']

/** By what phones are let in when their PBX is gone: the same password in the same realm, or the grace. */
export class StandingIn implements StandIn {
  readonly realms: PbxRealms
  readonly grace: Grace
  readonly #parts: StandingInParts
  readonly #voicemails: ReadonlyMap<string, VoicemailEntry>

  constructor(parts: StandingInParts) {
    const { config, accounts, health, bindings, settings, clock, log } = parts
    this.#parts = parts
    this.#voicemails = new Map(
      config.pbxs.flatMap(({ domain, voicemail }) => (voicemail ? [[domain, voicemail] as const] : [])),
    )
    this.realms = new PbxRealms({ pbxs: config.pbxs, settings, log })
    this.grace = new Grace({
      minutes: config.survival.graceMinutes,
      pbxs: config.pbxs,
      health,
      bindings,
      settings,
      names: { resolve: (name) => accounts.nameHere(name) },
      hasPassword: (user) => this.hasPassword(user),
      clock,
      log,
    })
  }

  /** What must be loaded before a request is answered. */
  get parts(): readonly Part[] {
    return [this.realms, this.grace]
  }

  /** By what a user is asked for his password: as his PBX asks, when he is a PBX's. */
  demandFor(user: Aor): DigestDemand {
    const { accounts, realm: boxRealm } = this.#parts
    const domain = accounts.homeDomain(user) ?? user.domain
    const realms = this.#realmsOf(domain)
    const [usual] = realms
    if (!usual) return { realm: boxRealm }
    const account = accounts.byAor(user)
    // A phone answers in the realm that it is asked by: the box's does where there is nothing for that of the PBX.
    const all = [...realms, { realm: boxRealm, algorithms: boxAlgorithms }]
    const { realm, algorithms } =
      all.find((each) => account && accounts.canProve(account, each.realm)) ?? usual
    const others = new Set(all.map((each) => each.realm).filter((each) => each !== realm))
    const known = account ? accounts.algorithmsIn(account, realm) : []
    // As the PBX offers them, as far as there is something to check them by.
    const offered = algorithms.filter((algorithm) => known.includes(algorithm))
    return {
      realm,
      otherRealms: [...others],
      algorithms: offered.length > 0 ? offered : known.length > 0 ? known : algorithms,
    }
  }

  /** By which realm phones of this domain are asked, when nothing is known of the one who asks. */
  realmOf(domain: string): string {
    return this.#realmsOf(domain)[0]?.realm ?? this.#parts.realm
  }

  isOnGrace(user: Aor): boolean {
    return this.grace.holds(user)
  }

  isDoubtful(user: Aor): boolean {
    return this.grace.isDoubtful(user)
  }

  hasPassword(user: Aor): boolean {
    const { accounts, realm: boxRealm } = this.#parts
    const account = accounts.byAor(user)
    if (!account) return false
    const realms = this.#realmsOf(account.aor.domain).map(({ realm }) => realm)
    return [...realms, boxRealm].some((realm) => accounts.canProve(account, realm))
  }

  voicemailOf(domain: string): VoicemailEntry | undefined {
    return this.#voicemails.get(domain)
  }

  /** Those of the PBX, the one to ask by first: what it was heard to ask by, and what was imported. */
  #realmsOf(domain: string): ReturnType<PbxRealms['of']> {
    const heard = this.realms.of(domain)
    const imported = this.#parts.accounts.importedRealm(domain)
    return imported === undefined || heard.some(({ realm }) => realm === imported)
      ? heard
      : [...heard, { realm: imported, algorithms: ['MD5'] }]
  }
}
