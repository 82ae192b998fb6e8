import { hash } from 'node:crypto'
import { getHeapStatistics } from 'node:v8'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { HistogramFigures } from '../lib/histogram.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { ApplicationPool } from './control/application-pool.ts'
import type { ControlSpec } from './control/control-server.ts'
import { ControlSide } from './control/control-side.ts'
import { type CoreCounts, type Cores, makeCores } from './control/cores.ts'
import { defaultEngineSettings, type EngineSettings } from './engine-settings.ts'
import { responseTo } from './message/response.ts'
import { CallTrace } from './observation/call-trace.ts'
import { type CaptureCounts, HepCapture } from './observation/hep-capture.ts'
import { ObservedResolver, type ResolverFigures } from './observation/observed-resolver.ts'
import { ObservedTransport } from './observation/observed-transport.ts'
import { defaultTraceSettings } from './observation/trace-settings.ts'
import type { TracedMessage } from './observation/traced-message.ts'
import type { WireFigures } from './observation/wire-counts.ts'
import { type OverloadCounts, OverloadGuard } from './overload/overload-guard.ts'
import { defaultOverloadSettings } from './overload/overload-settings.ts'
import { Doorkeeper } from './protection/doorkeeper.ts'
import type { DropCounts } from './protection/drop-report.ts'
import { defaultProtectionSettings } from './protection/protection-settings.ts'
import type { Standing } from './protection/standing.ts'
import type { LayerCounts } from './transaction/layer-counts.ts'
import type { Penalty } from './transaction/penalty-table.ts'
import { SipTransactionLayer } from './transaction/transaction-layer.ts'
import type { TransactionUser } from './transaction/transaction-user.ts'
import { AddressWatch } from './transport/address-watch.ts'
import { isWildcard } from './transport/advertised-host.ts'
import type { Flow, ListeningPoint } from './transport/flow.ts'
import type { HopResolver } from './transport/hop.ts'
import type { ListenSpec } from './transport/listen-spec.ts'
import { SocketTransport } from './transport/socket-transport.ts'
import type { ConnectionCounts } from './transport/tcp-pool.ts'
import type { TlsCredentials } from './transport/tls-credentials.ts'

export interface EngineOptions {
  readonly listen: readonly ListenSpec[]
  readonly control: ControlSpec
  readonly resolver: HopResolver
  readonly log: Log
  readonly clock?: Clock
  readonly settings?: Partial<EngineSettings>
  /** Others are told another address from now on; `listeningPoints` has it. */
  readonly onMoved?: () => void
}

/** What the engine has seen since its start, and what is open now. */
export interface EngineCounts extends CoreCounts {
  readonly messages: LayerCounts
  readonly wire: readonly WireFigures[]
  readonly resolver: ResolverFigures
  /** Hops that are tried last for the time being. */
  readonly penalties: number
  readonly connections: ConnectionCounts
  /** Messages and connections that were not looked at, by reason. */
  readonly dropped: DropCounts
  readonly applications: number
  readonly overload: OverloadCounts
  /** Seconds by which the event loop was late. */
  readonly lags: HistogramFigures
  /** Seconds from an INVITE outside dialogs to its final response. */
  readonly answerDelays: HistogramFigures
  /** Undefined when nothing is captured. */
  readonly capture: CaptureCounts | undefined
  readonly heap: HeapFigures
}

/** The memory of the thread that the engine runs in, in bytes. */
export interface HeapFigures {
  readonly usedBytes: number
  readonly totalBytes: number
  /** Held by the heap's objects outside of it: buffers, mostly. */
  readonly externalBytes: number
}

/** A SIP stack that is steered over drachtio's control protocol, like drachtio-server. */
export class Engine implements Part {
  readonly name = 'sip engine'
  readonly #options: EngineOptions
  readonly #settings: EngineSettings
  readonly #clock: Clock
  readonly #door: Doorkeeper
  readonly #transport: SocketTransport
  readonly #addresses: AddressWatch
  readonly #observed: ObservedTransport
  readonly #resolver: ObservedResolver
  readonly #trace: CallTrace | undefined
  readonly #capture: HepCapture | undefined
  readonly #overload: OverloadGuard
  readonly #layer: SipTransactionLayer
  readonly #pool = new ApplicationPool()
  #control: ControlSide | undefined
  #cores: Cores | undefined

  constructor(options: EngineOptions) {
    this.#options = options
    this.#settings = { ...defaultEngineSettings, ...options.settings }
    this.#clock = options.clock ?? systemClock
    const { listen, log } = options
    this.#resolver = new ObservedResolver(options.resolver)
    const protection = { ...defaultProtectionSettings, ...this.#settings.protection }
    this.#door = new Doorkeeper(protection, this.#clock, log)
    this.#transport = new SocketTransport({
      listen,
      log,
      clock: this.#clock,
      settings: this.#settings.transport,
      door: this.#door,
    })
    this.#addresses = new AddressWatch(this.#clock, () => this.#readdress())
    const trace = { ...defaultTraceSettings, ...this.#settings.trace }
    const addressOf = (flow: Flow) => this.#addressOf(flow)
    this.#trace = trace.maxBytes > 0 ? new CallTrace(trace, this.#clock, addressOf) : undefined
    const { capture } = this.#settings
    this.#capture = capture && new HepCapture(capture, { addressOf, clock: this.#clock, log })
    const watchers = [this.#trace, this.#capture].filter((watcher) => watcher !== undefined)
    this.#observed = new ObservedTransport(this.#transport, watchers)
    const overload = { ...defaultOverloadSettings, ...this.#settings.overload }
    this.#overload = new OverloadGuard(overload, this.#clock, log)
    this.#layer = new SipTransactionLayer({
      transport: this.#observed,
      resolver: this.#resolver,
      log,
      clock: this.#clock,
      settings: this.#settings.transaction,
      shedder: this.#overload,
    })
  }

  /** The bound control port; 0 before the start. */
  get controlPort(): number {
    return this.#control?.port ?? 0
  }

  /** The bound control port for TLS; 0 before the start, or when there is none. */
  get controlTlsPort(): number {
    return this.#control?.tlsPort ?? 0
  }

  get listeningPoints(): readonly ListeningPoint[] {
    return this.#transport.listeningPoints
  }

  /** Hops that are tried last for the time being. */
  get penalties(): readonly Penalty[] {
    return this.#layer.penalties
  }

  get counts(): EngineCounts {
    const core = this.#cores?.counts() ?? noCores
    return {
      ...core,
      messages: this.#layer.counts,
      wire: this.#observed.counts.figures,
      resolver: this.#resolver.figures,
      penalties: this.#layer.penalties.length,
      connections: this.#transport.connections,
      dropped: this.#door.counts,
      applications: this.#control?.applicationCount ?? 0,
      overload: this.#overload.counts,
      lags: this.#overload.lags.figures,
      answerDelays: this.#layer.answerDelays.figures,
      capture: this.#capture?.counts,
      heap: heapFigures(),
    }
  }

  /**
   * What is still kept of the messages of a call, oldest first: those with its Call-ID, and those of its other legs,
   * whose Call-IDs begin with `legPrefix`.
   */
  messagesOf(callId: string, legPrefix?: string): readonly TracedMessage[] {
    return this.#trace?.messagesOf(callId, legPrefix) ?? []
  }

  /** How the host stands to a source: an address, or an IPv6 /64 as `sourceKey` writes it. Undefined: a stranger. */
  setStanding(source: string, standing: Standing | undefined): void {
    this.#door.setStanding(source, standing)
  }

  /** Addresses that no limit applies to, besides those of the settings. */
  setNeighbours(addresses: readonly string[]): void {
    this.#door.setNeighbours(addresses)
  }

  /** Shows other certificates from now on; connections go on. Throws, and changes nothing, when they are of no use. */
  replaceCredentials(credentials: TlsCredentials): void {
    this.#transport.replaceCredentials(credentials)
    this.#control?.replaceCredentials(credentials)
  }

  /** Opens all SIP listening points and the control port, or none. Rejects with a ListenError. */
  async start(): Promise<void> {
    const { control: spec, log } = this.#options
    this.#layer.deliverTo(this.#gate())
    await this.#transport.start()
    await this.#capture?.start()
    const cores = makeCores({
      layer: this.#layer,
      resolver: this.#resolver,
      pool: this.#pool,
      settings: this.#settings,
      dial: (address) => control.dial(address),
      recordRouteSecret: this.#settings.recordRouteSecret ?? hash('sha256', `record-route ${spec.secret}`),
      clock: this.#clock,
      log,
    })
    const control = new ControlSide({
      spec,
      pool: this.#pool,
      user: cores.application,
      listeningPoints: () => this.#transport.listeningPoints,
      limits: {
        maxFrameBytes: this.#settings.maxFrameBytes,
        maxQueuedBytes: this.#settings.maxQueuedFrameBytes,
        authenticateWithinMs: this.#settings.authenticateWithinMs,
      },
      maxApplications: this.#settings.maxApplications,
      maxDialedApplications: this.#settings.maxDialedApplications,
      clock: this.#clock,
      log,
    })
    this.#control = control
    this.#cores = cores
    try {
      await control.start()
    } catch (error) {
      await this.stop()
      throw error
    }
    await this.#addresses.start()
    this.#overload.start()
  }

  async stop(): Promise<void> {
    this.#overload.stop()
    await this.#addresses.stop()
    await this.#control?.stop()
    this.#layer.stop()
    await this.#transport.stop()
    await this.#capture?.stop()
  }

  #readdress(): void {
    const advertised = () => this.listeningPoints.map(({ advertisedHost }) => advertisedHost).join()
    const before = advertised()
    this.#transport.readdress()
    this.#cores?.readdress()
    if (advertised() === before) return
    this.#options.log.info({ before, now: advertised() }, 'the address of this machine has changed')
    this.#options.onMoved?.()
  }

  #addressOf(flow: Flow): string {
    const { localAddress } = flow
    return isWildcard(localAddress) ? this.#transport.listeningPointOf(flow).advertisedHost : localAddress
  }

  /** Sockets open one after the other: until all are, requests are put off. */
  #gate(): TransactionUser {
    return {
      onRequest: (transaction, request) => {
        if (this.#cores) this.#cores.network.onRequest(transaction, request)
        else transaction.respond(responseTo(request, 503))
      },
      onCancel: (invite, cancel) => this.#cores?.network.onCancel(invite, cancel),
      onAck: (ack, flow) => this.#cores?.network.onAck(ack, flow),
      onStrayResponse: (response) => this.#cores?.network.onStrayResponse(response),
    }
  }
}

const noCores: CoreCounts = { dialogs: 0, incoming: 0, outgoing: 0, proxied: 0 }

function heapFigures(): HeapFigures {
  const heap = getHeapStatistics()
  return {
    usedBytes: heap.used_heap_size,
    totalBytes: heap.total_heap_size,
    externalBytes: heap.external_memory,
  }
}
