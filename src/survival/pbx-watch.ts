import type { PbxEntry } from '../config/sections/pbxs.ts'
import type { SipResponseView, SipStack, SipTransport } from '../domain/sip.ts'
import { parseHostPort } from '../domain/sip-uri.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { type Boxed, within } from '../lib/time-box.ts'
import {
  isInCharge,
  newPbx,
  nextPbxHealth,
  type PbxHealth,
  type PbxOutcome,
  type PbxWitness,
} from './pbx-health.ts'

/** A PBX as routing and registration see it. */
export interface WatchedPbx {
  readonly name: string
  readonly domain: string
  readonly state: PbxHealth['name']
  readonly server: string
  readonly transport: SipTransport
}

/** A PBX as the operator sees it. */
export interface PbxView {
  readonly name: string
  readonly domain: string
  readonly state: PbxHealth['name']
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  readonly why: string
}

export interface PbxStateChange {
  readonly name: string
  readonly domain: string
  readonly from: PbxHealth['name']
  readonly to: PbxHealth['name']
  readonly why: string
}

export interface PbxWatchSettings {
  readonly entries: readonly PbxEntry[]
  readonly stack: Pick<SipStack, 'request'>
  readonly clock: Clock
  readonly log: Log
}

/** In doubt the PBX is asked this often, unless the config asks even more often. */
const doubtIntervalMs = 500
/** Registrations that the box grants in a PBX's place, so that phones come home soon. */
const standInExpirySeconds = 60

interface Watched {
  readonly entry: PbxEntry
  health: PbxHealth
  why: string
  timer: Timer | undefined
}

/** Watches the PBXs by OPTIONS and by what others saw, and tells when one is gone or back. */
export class PbxWatch implements Part {
  readonly name = 'pbx-watch'
  readonly #settings: PbxWatchSettings
  readonly #watched: readonly Watched[]
  readonly #listeners: ((change: PbxStateChange) => void)[] = []
  #isRunning = false

  constructor(settings: PbxWatchSettings) {
    this.#settings = settings
    const at = settings.clock.now()
    this.#watched = settings.entries.map((entry) => ({
      entry,
      health: newPbx(at),
      why: 'not asked yet',
      timer: undefined,
    }))
  }

  async start(): Promise<void> {
    this.#isRunning = true
    for (const pbx of this.#watched) void this.#ask(pbx)
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    for (const pbx of this.#watched) pbx.timer?.cancel()
  }

  /** The PBX that serves this SIP domain. */
  stateOf(domain: string): WatchedPbx | undefined {
    return this.#find(({ entry }) => entry.domain === domain)
  }

  named(name: string): WatchedPbx | undefined {
    return this.#find(({ entry }) => entry.name === name)
  }

  /** The PBX that listens there. IPv6 in brackets. */
  atHost(host: string, port: number | undefined): WatchedPbx | undefined {
    return this.#find(({ entry }) => {
      const server = parseHostPort(entry.server)
      return server.host === host && (server.port ?? 5060) === (port ?? 5060)
    })
  }

  /** Whether the PBX of this domain gets its calls and registrations. */
  isInCharge(domain: string): boolean {
    const pbx = this.#watched.find(({ entry }) => entry.domain === domain)
    return pbx !== undefined && isInCharge(pbx.health)
  }

  /** Longest registration that the box should grant for a domain now, in seconds; undefined when it need not care. */
  expiryLimit(domain: string): number | undefined {
    const pbx = this.#watched.find(({ entry }) => entry.domain === domain)
    return pbx ? standInExpirySeconds : undefined
  }

  /** How a real request to the PBX went. */
  saw(name: string, outcome: PbxOutcome): void {
    const pbx = this.#watched.find(({ entry }) => entry.name === name)
    if (pbx) this.#witness(pbx, { at: this.#settings.clock.now(), by: 'request', outcome })
  }

  /** Its manager connection was lost, or is there again: the PBX itself is asked at once. */
  managerSaw(name: string, isConnected: boolean): void {
    const pbx = this.#watched.find(({ entry }) => entry.name === name)
    if (!pbx || !this.#isRunning) return
    if (!isConnected)
      this.#witness(pbx, { at: this.#settings.clock.now(), by: 'manager', outcome: 'unreachable' })
    if (!pbx.timer) return // it is being asked
    pbx.timer.cancel()
    void this.#ask(pbx)
  }

  onStateChange(listener: (change: PbxStateChange) => void): void {
    this.#listeners.push(listener)
  }

  view(): readonly PbxView[] {
    return this.#watched.map(({ entry: { name, domain }, health, why }) => {
      return { name, domain, state: health.name, since: health.since, why }
    })
  }

  #find(test: (pbx: Watched) => boolean): WatchedPbx | undefined {
    const found = this.#watched.find(test)
    if (!found) return undefined
    const { name, domain, server, transport } = found.entry
    return { name, domain, server, transport, state: found.health.name }
  }

  async #ask(pbx: Watched): Promise<void> {
    pbx.timer = undefined
    const { clock, stack } = this.#settings
    const { domain, optionsTimeoutMs } = pbx.entry
    const answer = await within(optionsTimeoutMs, clock, (signal) =>
      stack.request('OPTIONS', `sip:${domain}`, {
        headers: { From: `<sip:causeway@${domain}>`, Accept: 'application/sdp' },
        proxy: pbxUri(pbx.entry),
        signal,
      }),
    )
    if (!this.#isRunning) return
    this.#witness(pbx, { at: clock.now(), by: 'options', outcome: outcomeOf(answer) })
    pbx.timer = clock.after(intervalMs(pbx), () => void this.#ask(pbx))
  }

  #witness(pbx: Watched, witness: PbxWitness): void {
    const before = pbx.health
    const why = describe(witness)
    pbx.health = nextPbxHealth(before, witness, pbx.entry)
    if (pbx.health.name === before.name) return
    pbx.why = why
    const { name, domain } = pbx.entry
    const change: PbxStateChange = { name, domain, from: before.name, to: pbx.health.name, why }
    const lastedMs = witness.at - before.since
    const log = pbx.health.name === 'survival' ? 'warn' : 'info'
    this.#settings.log[log](
      { pbx: name, from: change.from, to: change.to, why, lastedMs },
      'PBX state changed',
    )
    for (const listener of this.#listeners) this.#tell(listener, change)
  }

  /** A listener's bug must not end the watch. */
  #tell(listener: (change: PbxStateChange) => void, change: PbxStateChange): void {
    try {
      listener(change)
    } catch (error) {
      this.#settings.log.error({ ...change, error }, 'PBX state change not handled')
    }
  }
}

function describe({ by, outcome }: PbxWitness): string {
  if (by === 'manager') return 'its manager connection was lost'
  return `${by === 'options' ? 'OPTIONS' : 'a request'} ${phrases[outcome]}`
}

const phrases: Readonly<Record<PbxOutcome, string>> = {
  answered: 'was answered',
  unreachable: 'did not get through',
  timeout: 'met silence',
  unavailable: 'was answered 503',
}

/** Where requests to a PBX go. */
export function pbxUri({ server, transport }: Pick<WatchedPbx, 'server' | 'transport'>): string {
  const { host, port } = parseHostPort(server)
  return `sip:${host}${port === undefined ? '' : `:${port}`};transport=${transport}`
}

/** What a response, or the lack of one, says about the PBX. */
export function outcomeOf(answer: Boxed<SipResponseView>): PbxOutcome {
  switch (answer.kind) {
    case 'too-late':
      return 'timeout'
    case 'failed':
      return 'unreachable'
    case 'value':
      if (answer.value.isLocal) return answer.value.status === 408 ? 'timeout' : 'unreachable'
      return answer.value.status === 503 ? 'unavailable' : 'answered'
  }
}

function intervalMs({ entry, health }: Watched): number {
  return health.name === 'suspect'
    ? Math.min(entry.optionsIntervalMs, doubtIntervalMs)
    : entry.optionsIntervalMs
}
