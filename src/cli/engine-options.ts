import { parseArgs } from 'node:util'
import { CertificateFiles } from '../config/certificate-files.ts'
import {
  checkRequestHandler,
  type RequestHandler,
  RequestHandlerError,
} from '../engine/control/request-handler.ts'
import { ListenUriError, readListenUri } from '../engine/listen-uri.ts'
import type { ListenSpec } from '../engine/transport/listen-spec.ts'
import { UsageError } from './command.ts'

export const engineHelp = `causeway engine: the SIP engine alone, for any application on drachtio-srf

  --control HOST:PORT      where applications connect (127.0.0.1:9022)
  --tls-port PORT          where they connect by TLS, on the same host; needs --cert-file and --key-file
  --secret SECRET          what applications must know (DRACHTIO_SECRET in the environment, else cymru)
  --contact URI            where SIP is heard (sip:127.0.0.1:5060;transport=udp,tcp); several times for several
  --http-handler URL       who decides about new requests: tcp://HOST:PORT or tls://HOST:PORT, an application that
                           listens, or http(s)://…, a web server that is asked; INVITE=URL for one method
  --http-method METHOD     how a web server is asked: GET, or POST with the request as the body (GET)
  --cert-file, --key-file  certificate with those above it, and its key, in PEM; read again on SIGHUP
  --ca-file PEM            authorities that are trusted besides the public ones
  --dns ADDRESS[:PORT]     name server, in place of the system's; several times for several
  --log LEVEL              debug, info, warn or error (info)
  --help                   this text

docs/operate/engine.md tells more, and what is different from drachtio-server.`

/** What an operator asks of `causeway engine`. */
export interface EngineWishes {
  readonly listen: readonly ListenSpec[]
  readonly control: { readonly host: string; readonly port: number; readonly secret: string }
  readonly controlTlsPort: number | undefined
  readonly requestHandlers: readonly RequestHandler[]
  readonly certificate: CertificateFiles | undefined
  readonly dnsServers: readonly string[]
  readonly logLevel: string
}

/** `secret` is for when no option says it. 'help' when that is asked for. Throws UsageError, and what `parseArgs` does. */
export function readEngineWishes(argv: readonly string[], secret: string): EngineWishes | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      control: { type: 'string', default: '127.0.0.1:9022' },
      'tls-port': { type: 'string' },
      secret: { type: 'string', default: secret },
      contact: { type: 'string', multiple: true, default: ['sip:127.0.0.1:5060;transport=udp,tcp'] },
      'http-handler': { type: 'string', multiple: true, default: [] },
      'http-method': { type: 'string', default: 'GET' },
      'cert-file': { type: 'string' },
      'key-file': { type: 'string' },
      'ca-file': { type: 'string' },
      dns: { type: 'string', multiple: true, default: [] },
      log: { type: 'string', default: 'info' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const certificate = readCertificate(values['cert-file'], values['key-file'], values['ca-file'])
  const tlsPort = values['tls-port']
  if (tlsPort !== undefined && !certificate) throw wrong('--tls-port needs --cert-file and --key-file')
  return {
    listen: values.contact.flatMap(readContact),
    control: { ...readControl(values.control), secret: values.secret },
    controlTlsPort: tlsPort === undefined ? undefined : readPort('--tls-port', tlsPort),
    requestHandlers: values['http-handler'].map((text) => readHandler(text, values['http-method'])),
    certificate,
    dnsServers: values.dns,
    logLevel: values.log,
  }
}

function readControl(text: string): { readonly host: string; readonly port: number } {
  const control = /^(?<host>\[[^\]]+\]|[^:]+):(?<port>\d{1,5})$/.exec(text)?.groups
  if (!control?.host || Number(control.port) > 65535) throw wrong(`--control ${text} is not host:port`)
  return { host: control.host.replace(/^\[|\]$/g, ''), port: Number(control.port) }
}

function readPort(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw wrong(`${option} ${text} is not a port`)
  return Number(text)
}

function readContact(uri: string): ListenSpec[] {
  try {
    return readListenUri(uri)
  } catch (error) {
    if (error instanceof ListenUriError) throw wrong(`--contact ${error.message}`)
    throw error
  }
}

/** `URL` for every method, `INVITE=URL` for one. */
function readHandler(text: string, httpMethod: string): RequestHandler {
  if (httpMethod !== 'GET' && httpMethod !== 'POST')
    throw wrong(`--http-method ${httpMethod} is not GET or POST`)
  const [, method, url = ''] = /^(?:([A-Za-z]+)=)?(.*)$/.exec(text) ?? []
  const handler: RequestHandler = { method: method?.toUpperCase() ?? '*', httpMethod, url }
  try {
    checkRequestHandler(handler)
    return handler
  } catch (error) {
    if (error instanceof RequestHandlerError) throw wrong(`--http-handler ${error.message}`)
    throw error
  }
}

function readCertificate(
  certFile: string | undefined,
  keyFile: string | undefined,
  caFile: string | undefined,
): CertificateFiles | undefined {
  if (certFile === undefined && keyFile === undefined && caFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined)
    throw wrong('--cert-file and --key-file belong together')
  return new CertificateFiles({ certFile, keyFile, caFile }, '.')
}

const wrong = (what: string): UsageError => new UsageError(`${what}\n\n${engineHelp}`)
