import type { PbxEntry } from '../../config/sections/pbxs.ts'
import { type Aor, type AorText, printAor } from '../../domain/aor.ts'
import type { OutageCause } from '../../domain/outage.ts'
import type { SipStack, SipTransport } from '../../domain/sip.ts'
import { parseHostPort } from '../../domain/sip-uri.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { Fault } from './diagnosis.ts'
import { HealthMemory, type HealthStore } from './health-memory.ts'
import { isInCharge, type PbxHealth } from './pbx-health.ts'
import { longestLockMs } from './pbx-lock.ts'
import { isOnTrial } from './pbx-trial.ts'
import { PbxUnderWatch, type Was } from './pbx-under-watch.ts'
import { type PbxView, pbxView } from './pbx-view.ts'
import type { PbxOutcome } from './pbx-witness.ts'

/** A PBX as routing and registration see it. */
export interface WatchedPbx {
  readonly name: string
  readonly domain: string
  readonly state: PbxHealth['name']
  readonly server: string
  readonly transport: SipTransport
  /** It is used for these users to see whether it works again. */
  readonly isOnTrial?: true
}

/** Times in milliseconds since the Unix epoch. */
export interface PbxStateChange {
  readonly name: string
  readonly domain: string
  readonly from: PbxHealth['name']
  readonly to: PbxHealth['name']
  /** The last witness, or order, in words. */
  readonly why: string
  /** Of the outage that begins, goes on or ends with it. */
  readonly cause: OutageCause | undefined
  readonly at: number
  /** The first failure of that outage. */
  readonly suspectSince: number | undefined
  /** What is wrong around the box, a sentence each. */
  readonly faults: readonly string[]
}

/** The box stands in for a PBX as before, and for another reason: it was overloaded, and now it is dead. */
export interface PbxCauseChange {
  readonly name: string
  readonly cause: OutageCause
}

/** What a person may say that a PBX is. */
export type PbxOrder = 'survival' | 'normal'

/** `locked`: somebody has said otherwise, and for longer. */
export type PbxOrderAnswer = 'done' | 'unknown' | 'locked' | 'not-locked'

/** Users, and groups, for whom the box acts as if their PBX were gone: a rehearsal. */
export interface Rehearsed {
  has(name: AorText): boolean
}

/** What the box knows of the networks around it. */
export interface NetworkKnowledge {
  /** The cause of an outage, when more is known than what the PBX itself showed. */
  causeOf(pbx: string, seen: OutageCause): OutageCause
  /** What is wrong now. */
  faults(): readonly Fault[]
}

export interface PbxWatchSettings {
  readonly entries: readonly PbxEntry[]
  readonly rehearsed?: Rehearsed
  /** Longest registration that the box grants in a PBX's place, in seconds, so that phones come home soon. */
  readonly expirySeconds?: number
  readonly stack: Pick<SipStack, 'request'>
  /** What is known over a restart; without it every start begins anew. */
  readonly store?: HealthStore
  readonly knowledge?: NetworkKnowledge
  readonly clock: Clock
  readonly log: Log
}

const usualExpirySeconds = 60

/** Watches the PBXs by OPTIONS and by what others saw, and tells when one is gone or back. */
export class PbxWatch implements Part {
  readonly name = 'pbx-watch'
  readonly #settings: PbxWatchSettings
  readonly #memory: HealthMemory | undefined
  readonly #watched: readonly PbxUnderWatch[]
  readonly #listeners: ((change: PbxStateChange) => void)[] = []
  readonly #causeListeners: ((change: PbxCauseChange) => void)[] = []
  #isRunning = false

  constructor(settings: PbxWatchSettings) {
    const { store, log, knowledge } = settings
    this.#settings = settings
    this.#memory = store && new HealthMemory(store, log)
    this.#watched = settings.entries.map(
      (entry) =>
        new PbxUnderWatch({
          ...settings,
          entry,
          memory: this.#memory,
          causeOf: (pbx, seen) => knowledge?.causeOf(pbx, seen) ?? seen,
          onChange: (pbx, was) => this.#changed(pbx, was),
          onCause: (pbx, cause) => this.#causeChanged(pbx, cause),
        }),
    )
  }

  /** Goes on from before a restart: to be done before calls are taken. */
  async recall(): Promise<void> {
    await Promise.all(this.#watched.map((pbx) => pbx.recall()))
  }

  async start(): Promise<void> {
    this.#isRunning = true
    for (const pbx of this.#watched) pbx.start()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    for (const pbx of this.#watched) pbx.stop()
    await this.#memory?.done()
  }

  /** The PBX that serves this SIP domain, as it is for these users: in survival when one of them rehearses. */
  stateOf(domain: string, parties: readonly Aor[] = []): WatchedPbx | undefined {
    const pbx = this.#at(domain)
    if (!pbx) return undefined
    const state = this.#stateFor(pbx, parties)
    const isTried = pbx.name === 'returning' && state === 'suspect'
    return { ...described(pbx), state, ...(isTried && { isOnTrial: true }) }
  }

  named(name: string): WatchedPbx | undefined {
    const pbx = this.#named(name)
    return pbx && described(pbx)
  }

  /** The PBX that listens there. IPv6 in brackets. */
  atHost(host: string, port: number | undefined): WatchedPbx | undefined {
    const found = this.#watched.find(({ entry }) => {
      const server = parseHostPort(entry.server)
      return server.host === host && (server.port ?? 5060) === (port ?? 5060)
    })
    return found && described(found)
  }

  /** Whether the PBX of this domain gets the calls and registrations of these users. */
  isInCharge(domain: string, parties: readonly Aor[] = []): boolean {
    const pbx = this.#at(domain)
    return pbx !== undefined && isInCharge({ name: this.#stateFor(pbx, parties) })
  }

  /** Whether it gets their registrations: a PBX on trial does not, for a phone that it refuses can be called by nobody. */
  takesRegistrations(domain: string, users: readonly Aor[] = []): boolean {
    return this.#at(domain)?.name !== 'returning' && this.isInCharge(domain, users)
  }

  /** Longest registration that the box should grant for a domain now, in seconds; undefined when it need not care. */
  expiryLimit(domain: string): number | undefined {
    return this.#at(domain) && (this.#settings.expirySeconds ?? usualExpirySeconds)
  }

  /** How a real request to the PBX went, an INVITE if nothing else is said. */
  saw(
    name: string,
    outcome: PbxOutcome,
    {
      method = 'INVITE',
      retryAfterMs,
    }: { readonly method?: 'INVITE' | 'REGISTER'; readonly retryAfterMs?: number | undefined } = {},
  ): void {
    this.#named(name)?.witness({
      at: this.#settings.clock.now(),
      by: method === 'INVITE' ? 'invite' : 'register',
      outcome,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
  }

  /** Its manager connection was lost, or is there again: the PBX itself is asked at once. */
  managerSaw(name: string, isConnected: boolean): void {
    const pbx = this.#named(name)
    if (!pbx || !this.#isRunning) return
    if (!isConnected) pbx.witness({ at: this.#settings.clock.now(), by: 'manager' })
    pbx.askNow()
  }

  /** A person's word, once: witnesses go on from there. */
  switchTo(name: string, to: PbxOrder, by: string): PbxOrderAnswer {
    const pbx = this.#named(name)
    if (!pbx) return 'unknown'
    if (pbx.lock) return 'locked'
    this.#settings.log.warn({ pbx: name, to, by }, 'PBX switched by hand')
    pbx.switchTo(to, by)
    return 'done'
  }

  /** A person's word that holds for so long, a week at most. */
  lock(name: string, to: PbxOrder, forMs: number, by: string): PbxOrderAnswer {
    const pbx = this.#named(name)
    if (!pbx) return 'unknown'
    const since = this.#settings.clock.now()
    const until = since + Math.min(forMs, longestLockMs)
    this.#settings.log.warn({ pbx: name, to, until, by }, 'PBX locked by hand')
    pbx.setLock({ to, since, until, by }, by)
    return 'done'
  }

  unlock(name: string, by: string): PbxOrderAnswer {
    const pbx = this.#named(name)
    if (!pbx) return 'unknown'
    if (!pbx.lock) return 'not-locked'
    this.#settings.log.warn({ pbx: name, by }, 'PBX unlocked by hand')
    pbx.setLock(undefined, by)
    return 'done'
  }

  onStateChange(listener: (change: PbxStateChange) => void): void {
    this.#listeners.push(listener)
  }

  onCauseChange(listener: (change: PbxCauseChange) => void): void {
    this.#causeListeners.push(listener)
  }

  /** What is wrong with the PBXs and around them. */
  faults(): readonly Fault[] {
    return this.#settings.knowledge?.faults() ?? []
  }

  view(): readonly PbxView[] {
    return this.#watched.map(pbxView)
  }

  #at(domain: string): PbxUnderWatch | undefined {
    return this.#watched.find(({ entry }) => entry.domain === domain)
  }

  #named(name: string): PbxUnderWatch | undefined {
    return this.#watched.find(({ entry }) => entry.name === name)
  }

  #stateFor(pbx: PbxUnderWatch, parties: readonly Aor[]): PbxHealth['name'] {
    const { rehearsed, clock } = this.#settings
    if (rehearsed && parties.some((party) => rehearsed.has(printAor(party)))) return 'survival'
    const [user] = parties
    const isTried = pbx.name === 'returning' && user && isOnTrial(pbx.health, user, clock.now())
    return isTried ? 'suspect' : pbx.name
  }

  #changed(pbx: PbxUnderWatch, { from, since, outage }: Was): void {
    const { clock, log, knowledge } = this.#settings
    const { name, domain } = pbx.entry
    const at = clock.now()
    const change: PbxStateChange = {
      ...{ name, domain, from, at, to: pbx.name, why: pbx.why },
      cause: outage?.cause,
      suspectSince: outage?.startedAt,
      faults: knowledge?.faults().map(({ text }) => text) ?? [],
    }
    const { to, why, cause } = change
    const level = to === 'survival' ? 'warn' : 'info'
    log[level]({ pbx: name, from, to, why, cause, lastedMs: at - since }, 'PBX state changed')
    for (const listener of this.#listeners) this.#tell(listener, change)
  }

  #causeChanged({ entry: { name } }: PbxUnderWatch, cause: OutageCause): void {
    this.#settings.log.warn({ pbx: name, cause }, 'PBX is gone for another cause now')
    for (const listener of this.#causeListeners) this.#tell(listener, { name, cause })
  }

  /** A listener's bug must not end the watch. */
  #tell<Change extends object>(listener: (change: Change) => void, change: Change): void {
    try {
      listener(change)
    } catch (error) {
      this.#settings.log.error({ ...change, error }, 'PBX state change not handled')
    }
  }
}

function described({ entry, name: state }: PbxUnderWatch): WatchedPbx {
  const { name, domain, server, transport } = entry
  return { name, domain, server, transport, state }
}
