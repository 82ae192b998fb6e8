import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { DnsHopResolver } from '../drivers/dns/dns-hop-resolver.ts'
import { createLog } from '../drivers/pino-log.ts'
import { Engine } from '../engine/engine.ts'
import { ListenUriError, readListenUri } from '../engine/listen-uri.ts'
import { ListenError } from '../engine/transport/listen-error.ts'
import type { ListenSpec } from '../engine/transport/listen-spec.ts'
import { type Command, UsageError } from './command.ts'

const call =
  'causeway engine [--control 127.0.0.1:9022] [--secret S] [--contact "sip:127.0.0.1:5060;transport=udp,tcp"]… [--dns address[:port]]… [--log info]'

interface Wishes {
  readonly listen: readonly ListenSpec[]
  readonly control: { readonly host: string; readonly port: number; readonly secret: string }
  readonly dnsServers: readonly string[]
  readonly logLevel: string
}

export const engineCommand: Command = {
  name: 'engine',
  summary:
    'run the SIP engine alone, for any drachtio application   [--control HOST:PORT] [--secret S] [--contact URI]…',
  async run(argv) {
    const { listen, control, dnsServers, logLevel } = readWishes(argv)
    const log = createLog(logLevel)
    const resolver = new DnsHopResolver({
      servers: dnsServers,
      timeoutMs: 1_500,
      serveStaleSeconds: 86_400,
      transports: [...new Set(listen.map(({ transport }) => transport))],
      log,
    })
    const engine = new Engine({ listen, control, resolver, log })
    try {
      await engine.start()
    } catch (error) {
      if (!(error instanceof ListenError)) throw error
      console.error(error.message)
      return 1
    }
    for (const { transport, address, port } of engine.listeningPoints)
      log.info({ transport, address, port }, 'listening')
    const signal = await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    log.info({ signal }, 'stopping')
    await engine.stop()
    return 0
  },
}

function readWishes(argv: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      control: { type: 'string', default: '127.0.0.1:9022' },
      secret: { type: 'string', default: 'cymru' },
      contact: { type: 'string', multiple: true, default: ['sip:127.0.0.1:5060;transport=udp,tcp'] },
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
      dnsServers: values.dns,
      logLevel: values.log,
    }
  } catch (error) {
    if (error instanceof ListenUriError) throw new UsageError(`--contact ${error.message}\n${call}`)
    throw error
  }
}
