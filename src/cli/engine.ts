import { once } from 'node:events'
import { type CertificateFiles, CertificateUnreadable } from '../config/certificate-files.ts'
import { engineSecret } from '../config/engine-secret.ts'
import { DnsHopResolver } from '../drivers/dns/dns-hop-resolver.ts'
import { createLog } from '../drivers/pino-log.ts'
import { Engine } from '../engine/engine.ts'
import { ListenError } from '../engine/transport/listen-error.ts'
import { withCredentials } from '../engine/transport/listen-spec.ts'
import { transportsOf } from '../engine/transport/transport-name.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { QuietCollector } from '../lib/quiet-collector.ts'
import { haveHelpersStandBack } from '../lib/v8-helpers.ts'
import { V8Thread } from '../lib/v8-thread.ts'
import type { Command } from './command.ts'
import { type EngineWishes, engineHelp, readEngineWishes } from './engine-options.ts'

export const engineCommand: Command = {
  name: 'engine',
  summary: 'run the SIP engine alone, for any drachtio application; --help lists its options',
  async run(argv) {
    const wishes = readEngineWishes(argv, engineSecret())
    if (wishes === 'help') {
      console.log(engineHelp)
      return 0
    }
    const log = createLog(wishes.logLevel)
    haveHelpersStandBack(log)
    const engine = await startEngine(wishes, log)
    if (!engine) return 1
    const collector = new QuietCollector(new V8Thread(), systemClock, log)
    await collector.start()
    process.on('SIGHUP', () => reloadCertificate(engine, wishes.certificate, log))
    for (const { transport, address, port } of engine.listeningPoints)
      log.info({ transport, address, port }, 'listening')
    const signal = await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    log.info({ signal }, 'stopping')
    await collector.stop()
    await engine.stop()
    return 0
  },
}

/** Undefined when it cannot start; the operator has been told why. */
async function startEngine(wishes: EngineWishes, log: Log): Promise<Engine | undefined> {
  const { listen, control, controlTlsPort, requestHandlers, certificate, dnsServers } = wishes
  const resolver = new DnsHopResolver({
    servers: dnsServers,
    timeoutMs: 1_500,
    serveStaleSeconds: 86_400,
    transports: transportsOf(listen),
    log,
  })
  try {
    const credentials = certificate?.read()
    const engine = new Engine({
      listen: withCredentials(listen, credentials),
      control: { ...control, tls: credentials && { port: controlTlsPort, credentials } },
      resolver,
      log,
      settings: { requestHandlers },
    })
    await engine.start()
    return engine
  } catch (error) {
    if (!(error instanceof ListenError || error instanceof CertificateUnreadable)) throw error
    console.error(error.message)
    return undefined
  }
}

function reloadCertificate(engine: Engine, certificate: CertificateFiles | undefined, log: Log): void {
  if (!certificate) return
  try {
    engine.replaceCredentials(certificate.read())
    log.info({}, 'a new certificate is in use')
  } catch (error) {
    log.warn({ why: (error as Error).message }, 'the new certificate is of no use; the old one stays')
  }
}
