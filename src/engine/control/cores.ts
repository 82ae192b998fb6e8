import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { DialogStore } from '../dialog/dialog-store.ts'
import type { EngineSettings } from '../engine-settings.ts'
import { OwnChallenges } from '../proxy/own-challenges.ts'
import { OwnNames } from '../proxy/own-names.ts'
import { ProxyCore } from '../proxy/proxy-core.ts'
import { RecordRoute } from '../proxy/record-route.ts'
import { WayFinder } from '../proxy/way-finder.ts'
import type { SipTransactionLayer } from '../transaction/transaction-layer.ts'
import type { HopResolver } from '../transport/hop.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { Answers } from './answers.ts'
import { ApplicationCore } from './application-core.ts'
import type { ApplicationPool } from './application-pool.ts'
import { CallRecords } from './call-records.ts'
import { FarEnd } from './far-end.ts'
import { type HandledRequestParts, HandledRequests } from './handled-requests.ts'
import { IncomingRequests } from './incoming-requests.ts'
import type { Leg } from './leg.ts'
import { LegRelease } from './leg-release.ts'
import { NetworkCore } from './network-core.ts'
import { OutgoingRequests } from './outgoing-requests.ts'
import { ProxyOrders } from './proxy-orders.ts'
import { SessionTimers } from './session-timers.ts'
import { UnwantedAnswers } from './unwanted-answers.ts'

export interface CoreGround {
  readonly layer: SipTransactionLayer
  readonly resolver: HopResolver
  readonly pool: ApplicationPool
  readonly settings: EngineSettings
  readonly recordRouteSecret: string
  /** Connects to an application that listens. Rejects with ApplicationUnreachable. */
  readonly dial: HandledRequestParts['dial']
  readonly clock: Clock
  readonly log: Log
}

/** The two faces of the core between applications and the network. */
export interface Cores {
  readonly network: NetworkCore
  readonly application: ApplicationCore
  /** Takes up that the machine's addresses have changed. */
  readonly readdress: () => void
  readonly counts: () => CoreCounts
}

export interface CoreCounts {
  readonly dialogs: number
  /** Requests of the network that applications have not answered finally. */
  readonly incoming: number
  /** Requests of applications without a final response. */
  readonly outgoing: number
  /** Requests being proxied, or just proxied. */
  readonly proxied: number
}

/** Puts the core together. The transport must be open: names and ways depend on where it listens. */
export function makeCores({
  layer,
  resolver,
  pool,
  settings,
  recordRouteSecret,
  dial,
  clock,
  log,
}: CoreGround): Cores {
  const { transport } = layer
  const { t1Ms, t2Ms, resolveTimeoutMs } = layer.settings
  const giveUpMs = 64 * t1Ms
  const points = transport.listeningPoints
  const legs = new DialogStore<Leg>()
  const records = new CallRecords(pool, clock)
  const recordRoute = new RecordRoute(recordRouteSecret)
  const ways = new WayFinder({ resolver, transport, resolveTimeoutMs, clock })
  const release = new LegRelease({ layer, legs, records, clock, lingerMs: giveUpMs })
  const unwanted = new UnwantedAnswers(layer, clock)
  const acknowledgements = new Acknowledgements({ layer, transport, legs, release, clock })
  const sessionTimers = new SessionTimers({ layer, release, acknowledgements, clock })
  const challenges = new OwnChallenges()
  const proxy = new ProxyCore({
    layer,
    ways,
    recordRoute,
    challenges,
    clock,
    timerCMs: settings.timerCMs,
    transport,
    log,
  })
  const { applicationSilenceMs } = settings
  const ownNames = new OwnNames(points)
  const incoming = new IncomingRequests({
    transport,
    ownNames,
    pool,
    legs,
    release,
    records,
    clock,
    applicationSilenceMs,
  })
  const answers = new Answers({
    incoming,
    legs,
    release,
    records,
    challenges,
    sessionTimers,
    clock,
    answerTimes: { firstMs: t1Ms, longestMs: t2Ms, giveUpMs },
    provisionalTimes: { firstMs: t1Ms, longestMs: giveUpMs, giveUpMs },
  })
  const farEnd = new FarEnd({ legs, release, unwanted, acknowledgements, records, sessionTimers, clock })
  const outgoing = new OutgoingRequests({
    layer,
    ways,
    ownNames,
    legs,
    farEnd,
    unwanted,
    records,
    clock,
    log,
  })
  const proxyOrders = new ProxyOrders({ incoming, proxy, records, clock })
  const handlers = settings.requestHandlers
  const handled = new HandledRequests({ handlers, dial, pool, incoming, proxy, records, log })
  const network = new NetworkCore({
    pool,
    handled,
    legs,
    incoming,
    outgoing,
    acknowledgements,
    farEnd,
    release,
    proxy,
    recordRoute,
    ownNames,
    records,
    maxLegs: settings.maxDialogs,
  })
  const application = new ApplicationCore({
    answers,
    outgoing,
    incoming,
    acknowledgements,
    proxyOrders,
    release,
    legs,
    log,
  })
  const counts = (): CoreCounts => ({
    dialogs: legs.size,
    incoming: incoming.count + handled.count,
    outgoing: outgoing.count,
    proxied: proxy.count,
  })
  return { network, application, readdress: () => ownNames.readdress(), counts }
}
