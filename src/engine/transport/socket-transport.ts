import { isIP, type Socket } from 'node:net'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { isWildcard } from './advertised-host.ts'
import { type Door, openDoor } from './door.ts'
import type { Flow, ListeningPoint } from './flow.ts'
import { FlowFailed } from './flow-failed.ts'
import type { Hop, TransportName } from './hop.ts'
import { hostPort } from './host-port.ts'
import type { ListenSpec } from './listen-spec.ts'
import { RouteTable } from './route-table.ts'
import { SocketFlow } from './socket-flow.ts'
import { type Routes, SourceChoice } from './source-choice.ts'
import { StreamConnection } from './stream-connection.ts'
import { StreamListener } from './stream-listener.ts'
import { dialTcp } from './tcp-dial.ts'
import { type ConnectionCounts, TcpPool } from './tcp-pool.ts'
import type { TlsCredentials } from './tls-credentials.ts'
import { dialTls } from './tls-dial.ts'
import type { Transport, TransportUser } from './transport-layer.ts'
import { defaultTransportSettings, type TransportSettings } from './transport-settings.ts'
import { UdpFlow } from './udp-flow.ts'
import { UdpListener } from './udp-listener.ts'
import { UdpProbe } from './udp-probe.ts'

export interface SocketTransportOptions {
  readonly listen: readonly ListenSpec[]
  readonly log: Log
  readonly clock?: Clock
  readonly settings?: Partial<TransportSettings>
  /** Everybody is let in without one. */
  readonly door?: Door
}

const nobody: TransportUser = {
  onMessage: () => undefined,
  onFlowFailed: () => undefined,
  onBadFrame: () => undefined,
}

/** Until the start. */
const noRoutes: Routes = { deviceTowards: () => undefined }

type Listener = UdpListener | StreamListener

/** SIP over the machine's sockets. */
export class SocketTransport implements Transport, Part {
  readonly name = 'sip transport'
  readonly #listen: readonly ListenSpec[]
  #user: TransportUser = nobody
  /** What the sockets report to, so that they can be made before the user is known. */
  readonly #delivery: TransportUser = {
    onMessage: (data, flow) => this.#user.onMessage(data, flow),
    onFlowFailed: (flow, cause) => this.#user.onFlowFailed(flow, cause),
    onBadFrame: (head, flow, status, reason) => this.#user.onBadFrame(head, flow, status, reason),
  }
  readonly #log: Log
  readonly #settings: TransportSettings
  readonly #door: Door
  readonly #probe: UdpProbe
  readonly #pool: TcpPool
  #points: readonly ListeningPoint[] = []
  #listeners: readonly Listener[] = []
  #udp = new SourceChoice<UdpListener>([], noRoutes)
  #tcp = new SourceChoice<StreamListener>([], noRoutes)
  #tls = new SourceChoice<StreamListener>([], noRoutes)

  constructor(options: SocketTransportOptions) {
    this.#listen = options.listen
    this.#log = options.log
    this.#settings = { ...defaultTransportSettings, ...options.settings }
    this.#door = options.door ?? openDoor
    this.#probe = new UdpProbe(this.#settings, options.clock ?? systemClock, (flow, cause) =>
      this.#delivery.onFlowFailed(flow, cause),
    )
    this.#pool = new TcpPool(this.#delivery, this.#settings, this.#door)
  }

  deliverTo(user: TransportUser): void {
    this.#user = user
  }

  get listeningPoints(): readonly ListeningPoint[] {
    return this.#points
  }

  /** Looks again at what to tell others in Via and Contact, after the machine's addresses have changed. */
  readdress(): void {
    for (const { point } of this.#listeners) point.readdress()
  }

  get connections(): ConnectionCounts {
    return this.#pool.counts
  }

  /** Opens every listening point or none. Rejects with a ListenError. */
  async start(): Promise<void> {
    const opened = await Promise.allSettled(this.#listen.map((spec) => this.#open(spec)))
    this.#listeners = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    this.#points = this.#listeners.map((listener) => listener.point)
    const failed = opened.find((result) => result.status === 'rejected')
    if (failed) {
      await this.stop()
      throw failed.reason
    }
    const routes = new RouteTable()
    this.#udp = new SourceChoice(
      this.#listeners.filter((listener) => listener instanceof UdpListener),
      routes,
    )
    this.#tcp = new SourceChoice(this.#streamListeners('tcp'), routes)
    this.#tls = new SourceChoice(this.#streamListeners('tls'), routes)
  }

  async stop(): Promise<void> {
    this.#probe.stop()
    this.#pool.stop()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  flowTo(hop: Hop, signal: AbortSignal): Flow | Promise<Flow> {
    if (!isIP(hop.address) || !isPort(hop.port)) throw new Error(`no such place: ${hop.address}:${hop.port}`)
    switch (hop.transport) {
      case 'udp': {
        const listener = this.#udp.towards(hop.address)
        if (!listener) throw noListener(hop)
        return listener.flowTo(hop.address, hop.port)
      }
      case 'tcp': {
        if (hop.isFlow) return this.#openFlowTo(hop)
        const listener = this.#tcp.towards(hop.address)
        if (!listener) throw noListener(hop)
        return this.#pool.flowTo(hop, listener.point, () => this.#dialTcp(hop, listener), signal)
      }
      case 'tls': {
        if (hop.isFlow) return this.#openFlowTo(hop)
        const listener = this.#tls.towards(hop.address)
        if (!listener) throw noListener(hop)
        return this.#pool.flowTo(hop, listener.point, () => this.#dialTls(hop, listener), signal)
      }
      default:
        // RFC 7118 §1: WebSocket connections are the client's to open.
        return this.#openFlowTo(hop)
    }
  }

  pointTowards(hop: Hop): ListeningPoint | undefined {
    if (hop.transport === 'udp') return this.#udp.towards(hop.address)?.point
    const open = this.#pool.find(hop)
    if (open) return open.listeningPoint
    if (hop.transport === 'tcp') return this.#tcp.towards(hop.address)?.point
    if (hop.transport === 'tls') return this.#tls.towards(hop.address)?.point
    return this.#listeners.find(({ point }) => isWebSocket(point.transport))?.point
  }

  flowBeside(flow: Flow, remotePort: number): Flow {
    return flow instanceof UdpFlow ? flow.withPort(remotePort) : flow
  }

  send(flow: Flow, data: Buffer): void {
    ownFlow(flow).send(data)
  }

  expectAnswer(flow: Flow): void {
    if (flow instanceof UdpFlow) this.#probe.expectAnswer(flow)
  }

  keepAlive(flow: Flow, seconds: number): void {
    if (flow instanceof StreamConnection) flow.pingEvery(seconds)
  }

  expectKeepAlive(flow: Flow, seconds: number): void {
    if (flow instanceof StreamConnection) flow.expectPingEvery(seconds)
  }

  alias(flow: Flow, host: string, port: number): void {
    if (flow instanceof StreamConnection && !flow.isOurs) this.#pool.alias(flow, host, port)
  }

  listeningPointOf(flow: Flow): ListeningPoint {
    return ownFlow(flow).listeningPoint
  }

  /**
   * Uses other certificates from now on; open connections go on with theirs. Throws, and changes nothing, when they are
   * of no use.
   */
  replaceCredentials(credentials: TlsCredentials): void {
    for (const listener of this.#listeners)
      if (listener instanceof StreamListener) listener.replaceCredentials(credentials)
  }

  #openFlowTo(hop: Hop): Flow {
    const open = this.#pool.find(hop)
    if (open) return open
    throw new FlowFailed(`no ${hop.transport} connection with ${hostPort(hop.address, hop.port)} is open`)
  }

  #streamListeners(transport: TransportName): StreamListener[] {
    return this.#listeners
      .filter((listener) => listener instanceof StreamListener)
      .filter((listener) => listener.point.transport === transport)
  }

  #dialTcp(hop: Hop, { point }: StreamListener): Promise<Socket> {
    return dialTcp({ ...hop, localAddress: sourceOf(point) }, this.#settings.connectTimeoutMs)
  }

  #dialTls(hop: Hop, { point, clientContext }: StreamListener): Promise<Socket> {
    if (!clientContext) throw noListener(hop)
    return dialTls(hop, {
      localAddress: sourceOf(point),
      context: clientContext,
      isVerified: this.#settings.verifiesServers,
      timeoutMs: this.#settings.connectTimeoutMs,
    })
  }

  #open(spec: ListenSpec): Promise<Listener> {
    return spec.transport === 'udp'
      ? UdpListener.open(spec, {
          user: this.#delivery,
          settings: this.#settings,
          door: this.#door,
          log: this.#log,
        })
      : StreamListener.open(spec, { entrance: this.#pool, log: this.#log })
  }
}

function ownFlow(flow: Flow): SocketFlow {
  if (flow instanceof SocketFlow) return flow
  throw new TypeError('the flow is not one of this transport')
}

function isWebSocket(transport: TransportName): boolean {
  return transport === 'ws' || transport === 'wss'
}

/** Address to connect from; undefined lets the system choose. */
function sourceOf({ address }: ListeningPoint): string | undefined {
  return isWildcard(address) ? undefined : address
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}

function noListener(hop: Hop): Error {
  return new Error(`no listening point can send to ${hop.transport} ${hostPort(hop.address, hop.port)}`)
}
