import { randomBytes } from 'node:crypto'
import { CertificateFiles } from '../config/certificate-files.ts'
import type { Config } from '../config/schema.ts'
import { DrachtioStack } from '../drivers/drachtio/drachtio-stack.ts'
import type { ListeningPoint } from '../drivers/drachtio/listening-points.ts'
import { EngineWorker } from '../drivers/engine-worker/engine-worker.ts'
import { hostPort } from '../engine/transport/host-port.ts'
import { type ListenSpec, withCredentials } from '../engine/transport/listen-spec.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { emergencySpellings } from '../numbering/emergency-numbers.ts'
import type { BoxSecrets } from './box-secrets.ts'
import { captureSettings } from './capture-settings.ts'
import { CertificateWatch } from './certificate-watch.ts'
import { engineProtection } from './engine-protection.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import { unheardPlaces } from './unheard-places.ts'

export interface SipEngineParts {
  readonly config: Config
  /** What paths in the config are relative to. */
  readonly folder: string
  readonly listen: readonly ListenSpec[]
  readonly overlays: JoinedOverlays
  readonly secrets: BoxSecrets
  readonly onCrash: (cause: Error) => void
  readonly clock: Clock
  readonly log: Log
}

export interface SipEngine {
  /** Undefined when a drachtio-server is the engine. */
  readonly engine: EngineWorker | undefined
  /** Undefined without TLS, and when a drachtio-server has the certificate. */
  readonly certificate: CertificateWatch | undefined
  readonly stack: DrachtioStack
  /** Those to be started before the stack that speaks to them. */
  readonly parts: readonly Part[]
}

/** The engine that the config asks for, and the stack that steers it. */
export function sipEngine(parts: SipEngineParts): SipEngine {
  const { config, folder, clock, log } = parts
  if (config.sip.engine === 'drachtio') {
    const stack = new DrachtioStack(config.sip.drachtio, log, clock)
    stack.onConnected((heard) => warnOfUnheard(parts.listen, heard, log))
    return { engine: undefined, certificate: undefined, stack, parts: [] }
  }
  const files = config.sip.tls && new CertificateFiles(config.sip.tls, folder)
  const inUse = files?.read()
  const secret = randomBytes(24).toString('hex')
  const engine = embeddedEngine(parts, secret, inUse, (points) => stack.moved(points.map(advertised)))
  const use = (renewed: ReturnType<CertificateFiles['read']>) => engine.replaceCredentials(renewed)
  const certificate = files && inUse && new CertificateWatch({ files, use, clock, log }, inUse)
  const control = {
    host: '127.0.0.1',
    get port() {
      return engine.controlPort
    },
    secret,
  }
  const stack = new DrachtioStack(control, log, clock)
  return { engine, certificate, stack, parts: [engine, ...(certificate ? [certificate] : [])] }
}

function advertised({
  transport,
  advertisedHost: host,
  advertisedPort: port,
}: EngineWorker['listeningPoints'][number]): ListeningPoint {
  return { transport, hostPort: hostPort(host, port) }
}

/** What the box takes for its own address follows from `sip.listen`, whoever listens there. */
function warnOfUnheard(listen: readonly ListenSpec[], heard: readonly ListeningPoint[], log: Log): void {
  const unheard = unheardPlaces(listen, heard)
  if (unheard.length > 0)
    log.warn({ unheard }, 'the SIP server does not listen where sip.listen says it does')
}

function embeddedEngine(
  { config, listen, overlays, secrets, onCrash, log }: SipEngineParts,
  secret: string,
  certificate: ReturnType<CertificateFiles['read']> | undefined,
  onMoved: (points: EngineWorker['listeningPoints']) => void,
): EngineWorker {
  const { tls } = config.sip
  return new EngineWorker({
    // The last is for the SIP links of the overlays: other boxes arrive there.
    listen: [
      ...withCredentials(listen, certificate && { ...tls, ...certificate }),
      { transport: 'tcp', address: '127.0.0.1', port: 0 },
    ],
    settings: {
      transport: {
        verifiesServers: tls?.verifyServers ?? true,
        maxConnections: config.guard.connections,
        maxConnectionsPerAddress: config.guard.connectionsPerSource,
      },
      protection: engineProtection(config.guard),
      overload: { urgentUsers: [...dialledForHelp(config)] },
      capture: captureSettings(config.capture),
    },
    control: { host: '127.0.0.1', port: 0, secret },
    dns: config.dns,
    recordRouteSecret: () => secrets.recordRoute,
    peerSuffixes: overlays.peerSuffixes,
    resolvePeer: async ({ host }) => [
      { transport: 'tcp', host, isLink: true, ...(await overlays.linkTo(host)) },
    ],
    onCrash,
    onMoved,
    isDebugging: config.box.logLevel === 'debug',
    log,
  })
}

/** Emergency numbers as the site's phones and its PBXs write them. */
function dialledForHelp({ numbering, pbxs }: Pick<Config, 'numbering' | 'pbxs'>): ReadonlySet<string> {
  const prefixes = [
    numbering.outsideLinePrefix,
    ...pbxs.flatMap(({ outsideLinePrefix }) => outsideLinePrefix ?? []),
  ]
  const plans = prefixes.map((outsideLinePrefix) => ({ ...numbering, outsideLinePrefix }))
  return new Set(plans.flatMap((plan) => [...emergencySpellings(plan).keys()]))
}
