import type { PbxEntry } from '../config/sections/pbxs.ts'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { Binding } from '../domain/binding.ts'
import type { OutageCause } from '../domain/outage.ts'
import { parseHostPort } from '../domain/sip-uri.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import { machineInterfaces } from '../lib/machine-interfaces.ts'
import type { Part } from '../lib/part.ts'
import { isPrivate } from '../lib/private-address.ts'
import type { OverlayHealth } from '../overlay/overlay.ts'
import {
  causeOf,
  diagnose,
  type Fault,
  type NetworkFacts,
  type PbxFacts,
} from '../survival/health/diagnosis.ts'
import type { PbxView } from '../survival/health/pbx-view.ts'
import type { NetworkKnowledge } from '../survival/health/pbx-watch.ts'
import type { TrunkView } from '../trunk/sip-trunk.ts'
import { sameNetwork } from './same-network.ts'

export interface NetworkWatchParts {
  readonly pbxs: readonly Pick<PbxEntry, 'name' | 'server'>[]
  readonly trunkEntries: readonly Pick<TrunkEntry, 'name' | 'server' | 'asterisk'>[]
  readonly watch: { view(): readonly PbxView[] }
  readonly trunks: { view(): readonly TrunkView[] }
  readonly overlays: {
    readonly all: readonly { readonly overlay: { readonly domain: string; health(): OverlayHealth } }[]
  }
  readonly names: {
    readonly silentSince: number | undefined
    resolveAddresses(host: string, signal: AbortSignal): Promise<readonly string[]>
  }
  readonly bindings: { all(): Iterable<Pick<Binding, 'source' | 'registeredAt'>> }
  readonly clock: Clock
}

/** A PBX that is asked for its name this often is not asked too much, and known to be nameless before the verdict. */
const resolveEveryMs = 2_000
const resolveWithinMs = 1_500
/** A name server that was silent for a moment is not down. */
const silentForMs = 3_000
const heardWithinMs = 90_000

/** What the box knows of the networks around it, so that it can name what is broken. */
export class NetworkWatch implements Part, NetworkKnowledge {
  readonly name = 'network-watch'
  readonly #parts: NetworkWatchParts
  /** Addresses of the PBXs by name; none when the name leads nowhere. */
  readonly #addresses = new Map<string, readonly string[]>()
  #timer: Timer | undefined
  #isRunning = false

  constructor(parts: NetworkWatchParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    this.#isRunning = true
    void this.#resolveAll()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
  }

  causeOf(pbx: string, seen: OutageCause): OutageCause {
    return causeOf(pbx, seen, this.#facts())
  }

  faults(): readonly Fault[] {
    return diagnose(this.#facts())
  }

  async #resolveAll(): Promise<void> {
    await Promise.all(this.#parts.pbxs.map((pbx) => this.#resolve(pbx)))
    if (!this.#isRunning) return
    this.#timer = this.#parts.clock.after(resolveEveryMs, () => void this.#resolveAll())
  }

  async #resolve({ name, server }: Pick<PbxEntry, 'name' | 'server'>): Promise<void> {
    const host = parseHostPort(server).host.replace(/^\[|\]$/g, '')
    const { names } = this.#parts
    try {
      this.#addresses.set(name, await names.resolveAddresses(host, AbortSignal.timeout(resolveWithinMs)))
    } catch {
      // Why is logged by those who call: here it only matters that it leads nowhere.
      this.#addresses.set(name, [])
    }
  }

  #facts(): NetworkFacts {
    const { trunks, overlays, names, clock, watch, trunkEntries } = this.#parts
    const { silentSince } = names
    const entries = new Map(trunkEntries.map((entry) => [entry.name, entry]))
    return {
      pbxs: watch.view().map((pbx) => this.#pbxFacts(pbx)),
      trunks: trunks.view().map(({ name, state }) => ({
        name,
        seen: state.state === 'failed' ? (state.fault ?? 'silent') : 'works',
        isOutside: isOutside(entries.get(name)),
      })),
      overlays: overlays.all.map(({ overlay }) => ({
        domain: overlay.domain,
        isIsolated: overlay.health().state === 'isolated',
      })),
      namesAreSilent: silentSince !== undefined && clock.now() - silentSince >= silentForMs,
      hasNetwork: hasNetwork() || [...this.#addresses.values()].flat().every(isOwn),
    }
  }

  #pbxFacts({ name, state, outage }: PbxView): PbxFacts {
    const addresses = this.#addresses.get(name)
    const isNameless = addresses?.length === 0
    const { cause, endsAt } = outage ?? {}
    // Switched or locked away from it answers, until it is seen to be dead.
    const isGone = state === 'survival' && cause !== undefined && cause !== 'switched' && endsAt === undefined
    const isKnownAs = cause === 'refused' || cause === 'overloaded' ? cause : 'silent'
    return {
      name,
      seen: isGone ? isKnownAs : 'works',
      isOutside: addresses !== undefined && !isNameless && !addresses.some(isPrivate),
      isNameless,
      neighboursHeard: this.#neighboursOf(addresses ?? []),
    }
  }

  #neighboursOf(addresses: readonly string[]): number {
    const { bindings, clock } = this.#parts
    const since = clock.now() - heardWithinMs
    const heard = new Set<string>()
    for (const { source, registeredAt } of bindings.all()) {
      if (registeredAt < since || addresses.includes(source.address)) continue
      if (addresses.some((address) => sameNetwork(address, source.address))) heard.add(source.address)
    }
    return heard.size
  }
}

function isOutside(entry: Pick<TrunkEntry, 'server' | 'asterisk'> | undefined): boolean {
  if (!entry || entry.asterisk !== undefined) return false
  return !isPrivate(parseHostPort(entry.server).host.replace(/^\[|\]$/g, ''))
}

/** The system lists only interfaces that are up and have a link. */
function hasNetwork(): boolean {
  return Object.values(machineInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal))
}

function isOwn(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
