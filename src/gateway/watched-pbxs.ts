import type { Config } from '../config/schema.ts'
import type { SipStack } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { HealthStore } from '../survival/health/health-memory.ts'
import { PbxWatch, type Rehearsed } from '../survival/health/pbx-watch.ts'
import { NetworkWatch, type NetworkWatchParts } from './network-watch.ts'

export interface WatchedPbxsParts extends Pick<NetworkWatchParts, 'trunks' | 'overlays' | 'names'> {
  readonly config: Config
  readonly rehearsed?: Rehearsed
  readonly stack: SipStack
  readonly location: NetworkWatchParts['bindings']
  readonly settings: HealthStore
  readonly clock: Clock
  readonly log: Log
}

export interface WatchedPbxs {
  readonly pbxs: PbxWatch
  /** Recalls how the PBXs were, before calls are taken. */
  readonly recall: Part
  /** In start order. */
  readonly parts: readonly Part[]
}

/** The watch over the PBXs, with what the box knows of the networks around it. */
export function watchedPbxs(parts: WatchedPbxsParts): WatchedPbxs {
  const { config, rehearsed, stack, location, settings, clock, log } = parts
  const network = new NetworkWatch({
    ...parts,
    pbxs: config.pbxs,
    trunkEntries: config.trunks,
    watch: { view: () => pbxs.view() },
    bindings: location,
  })
  const pbxs: PbxWatch = new PbxWatch({
    entries: config.pbxs,
    ...(rehearsed && { rehearsed }),
    expirySeconds: config.survival.expirySeconds,
    stack,
    store: settings,
    knowledge: network,
    clock,
    log,
  })
  const recall = {
    name: 'pbx-memory',
    start: () => pbxs.recall(),
    stop: async () => undefined,
  }
  return { pbxs, recall, parts: [network, pbxs] }
}
