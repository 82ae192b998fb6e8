import type { SipResponseView } from '../../domain/sip.ts'
import { keptValue } from '../../lib/kept-value.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import { type RealmSeen, readRealms, realmsAnswered, realmsIn, withRealm } from './realm-seen.ts'

export interface PbxRealmsParts {
  /** `realm` is what the config says. */
  readonly pbxs: readonly {
    readonly name: string
    readonly domain: string
    readonly realm?: string | undefined
  }[]
  /** What outlives a restart. */
  readonly settings: {
    get(key: string): Promise<Uint8Array | undefined>
    set(key: string, value: Uint8Array): Promise<void>
  }
  readonly log: Log
}

interface Known {
  readonly name: string
  readonly configured: string | undefined
  realms: readonly RealmSeen[]
}

/** A PBX that asks by more realms than these has changed its mind. */
const mostRealms = 4
/** Asked by, and not yet answered to its content. */
const mostUnproven = 200

/**
 * By which realms the PBXs ask their phones: as the config says, else as they were heard to ask while they lived. A phone
 * whose PBX is gone is asked by the same realm, and answers with the same password.
 */
export class PbxRealms implements Part {
  readonly name = 'pbx-realms'
  readonly #parts: PbxRealmsParts
  readonly #byDomain = new Map<string, Known>()
  readonly #unproven = new RecentMap<RealmSeen>(mostUnproven)
  readonly #listeners: ((domain: string) => void)[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: PbxRealmsParts) {
    this.#parts = parts
    for (const { name, domain, realm } of parts.pbxs) {
      this.#byDomain.set(domain, { name, configured: realm, realms: [] })
    }
  }

  async start(): Promise<void> {
    for (const known of this.#byDomain.values()) {
      const { settings, log } = this.#parts
      known.realms = (await keptValue(settings, keyOf(known.name), readRealms, log)) ?? []
    }
  }

  async stop(): Promise<void> {
    await this.#writing
  }

  /** Of the PBX that serves this domain, the one to ask by first; empty when it was never heard to ask. */
  of(domain: string): readonly RealmSeen[] {
    const known = this.#byDomain.get(domain)
    if (!known) return []
    const { configured, realms } = known
    if (configured === undefined) return realms
    const same = realms.find(({ realm }) => realm === configured)
    return [
      same ?? { realm: configured, algorithms: ['MD5'] },
      ...realms.filter(({ realm }) => realm !== configured),
    ]
  }

  /** Told when a PBX was heard to ask in another way than before. */
  onChange(listener: (domain: string) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * The PBX of this domain has answered a request of this method by 401 or 407. What a REGISTER was asked by counts when the
   * answer was accepted; what a call was asked by, after all others.
   */
  heard(domain: string, method: string, challenge: Pick<SipResponseView, 'headers'>): void {
    const seen = realmsIn(challenge)
    if (method !== 'REGISTER') this.#learn(domain, seen)
    else for (const each of seen) this.#unproven.set(`${domain} ${each.realm}`, each)
  }

  /** The PBX of this domain has accepted this REGISTER. */
  accepted(domain: string, request: { headers(name: string): readonly string[] }): void {
    // Not by what the PBX has never asked: it may not look at credentials at all.
    const answered = realmsAnswered(request).flatMap((realm) => {
      const asked = this.#unproven.get(`${domain} ${realm}`)
      return asked ? [{ ...asked, isProven: true } as const] : []
    })
    this.#learn(domain, answered)
  }

  #learn(domain: string, seen: readonly RealmSeen[]): void {
    const known = this.#byDomain.get(domain)
    if (!known) return
    // Where it asks by several at once, the one that it names first comes first.
    const realms = seen.reduceRight<readonly RealmSeen[]>(
      (all, each) => withRealm(all, each, mostRealms),
      known.realms,
    )
    if (realms === known.realms) return
    known.realms = realms
    this.#keep(known)
    for (const listener of this.#listeners) listener(domain)
  }

  #keep({ name, realms }: Known): void {
    const value = new TextEncoder().encode(JSON.stringify(realms))
    const { settings, log } = this.#parts
    this.#writing = this.#writing.then(() =>
      settings.set(keyOf(name), value).catch((error: unknown) => {
        log.error({ pbx: name, error: String(error) }, 'realm of the PBX not kept')
      }),
    )
    log.info({ pbx: name, realms: realms.map(({ realm }) => realm) }, 'realm of the PBX learned')
  }
}

function keyOf(pbx: string): string {
  return `pbx-realms:${pbx}`
}
