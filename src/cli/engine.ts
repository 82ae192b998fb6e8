import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { CertificateFiles, CertificateUnreadable } from '../config/certificate-files.ts'
import { DnsHopResolver } from '../drivers/dns/dns-hop-resolver.ts'
import { createLog } from '../drivers/pino-log.ts'
import { Engine, type EngineOptions } from '../engine/engine.ts'
import { ListenUriError, readListenUri } from '../engine/listen-uri.ts'
import { ListenError } from '../engine/transport/listen-error.ts'
import { type ListenSpec, withCredentials } from '../engine/transport/listen-spec.ts'
import { transportsOf } from '../engine/transport/transport-name.ts'
import type { Log } from '../lib/log.ts'
import { type Command, UsageError } from './command.ts'

const call =
  'causeway engine [--control 127.0.0.1:9022] [--secret S] [--contact "sip:127.0.0.1:5060;transport=udp,tcp"]… [--cert-file PEM --key-file PEM [--ca-file PEM]] [--dns address[:port]]… [--log info]'

interface Wishes {
  readonly listen: readonly ListenSpec[]
  readonly control: { readonly host: string; readonly port: number; readonly secret: string }
  readonly certificate: CertificateFiles | undefined
  readonly dnsServers: readonly string[]
  readonly logLevel: string
}

export const engineCommand: Command = {
  name: 'engine',
  summary:
    'run the SIP engine alone, for any drachtio application   [--control HOST:PORT] [--secret S] [--contact URI]…',
  async run(argv) {
    const { listen, control, certificate, dnsServers, logLevel } = readWishes(argv)
    const log = createLog(logLevel)
    const resolver = new DnsHopResolver({
      servers: dnsServers,
      timeoutMs: 1_500,
      serveStaleSeconds: 86_400,
      transports: transportsOf(listen),
      log,
    })
    const engine = await startEngine({ listen, control, resolver, log }, certificate)
    if (!engine) return 1
    process.on('SIGHUP', () => reloadCertificate(engine, certificate, log))
    for (const { transport, address, port } of engine.listeningPoints)
      log.info({ transport, address, port }, 'listening')
    const signal = await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    log.info({ signal }, 'stopping')
    await engine.stop()
    return 0
  },
}

/** Undefined when it cannot start; the operator has been told why. */
async function startEngine(
  options: EngineOptions,
  certificate: CertificateFiles | undefined,
): Promise<Engine | undefined> {
  try {
    const engine = new Engine({ ...options, listen: withCredentials(options.listen, certificate?.read()) })
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

function readWishes(argv: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      control: { type: 'string', default: '127.0.0.1:9022' },
      secret: { type: 'string', default: 'cymru' },
      contact: { type: 'string', multiple: true, default: ['sip:127.0.0.1:5060;transport=udp,tcp'] },
      'cert-file': { type: 'string' },
      'key-file': { type: 'string' },
      'ca-file': { type: 'string' },
      dns: { type: 'string', multiple: true, default: [] },
      log: { type: 'string', default: 'info' },
    },
  })
  const control = /^(?<host>\[[^\]]+\]|[^:]+):(?<port>\d{1,5})$/.exec(values.control)?.groups
  if (!control?.host || Number(control.port) > 65535)
    throw new UsageError(`--control ${values.control} is not host:port\n${call}`)
  try {
    return {
      listen: values.contact.flatMap(readListenUri),
      control: {
        host: control.host.replace(/^\[|\]$/g, ''),
        port: Number(control.port),
        secret: values.secret,
      },
      certificate: certificateFiles(values['cert-file'], values['key-file'], values['ca-file']),
      dnsServers: values.dns,
      logLevel: values.log,
    }
  } catch (error) {
    if (error instanceof ListenUriError) throw new UsageError(`--contact ${error.message}\n${call}`)
    throw error
  }
}

function certificateFiles(
  certFile: string | undefined,
  keyFile: string | undefined,
  caFile: string | undefined,
): CertificateFiles | undefined {
  if (certFile === undefined && keyFile === undefined && caFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined)
    throw new UsageError(`--cert-file and --key-file belong together\n${call}`)
  return new CertificateFiles({ certFile, keyFile, caFile }, '.')
}
