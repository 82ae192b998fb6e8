import { readWireDuration } from './wire-duration.ts'

/** An application that listens. */
export interface ApplicationAddress {
  /** Name or address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
}

/** What is to become of a request: a web server's answer to the question, as drachtio-server understands it. */
export type RouteDecision =
  | { readonly action: 'reject'; readonly status: number; readonly reason: string | undefined }
  | { readonly action: 'redirect'; readonly contacts: readonly string[] }
  | {
      readonly action: 'proxy'
      readonly targets: string[]
      readonly recordRoute: boolean
      readonly followRedirects: boolean
      readonly isParallel: boolean
      readonly provisionalTimeoutMs: number
      readonly finalTimeoutMs: number
    }
  | { readonly action: 'connect'; readonly address: ApplicationAddress }
  | { readonly action: 'tag'; readonly tag: string }

/** The answer is none that could be followed. */
export class RouteDecisionError extends Error {
  override readonly name = 'RouteDecisionError'
}

type Data = Readonly<Record<string, unknown>>

/** Reads `{"action": …, "data": {…}}`. Throws RouteDecisionError. */
export function readRouteDecision(text: string): RouteDecision {
  const { action, data } = readObject(parseJson(text), 'the answer')
  const details = readObject(data, 'its data')
  switch (action) {
    case 'reject':
      return { action, status: readRefusal(details.status), reason: readReason(details.reason) }
    case 'redirect':
      return { action, contacts: readUris(details.contact, 'contact') }
    case 'proxy':
      return readProxy(details)
    case 'route':
      return typeof details.tag === 'string' && details.tag !== ''
        ? { action: 'tag', tag: details.tag }
        : { action: 'connect', address: readApplicationAddress(details.uri) }
    default:
      throw new RouteDecisionError(`unknown action ${JSON.stringify(action)}`)
  }
}

/** `host:port`, with `;transport=tls` for TLS. Throws RouteDecisionError. */
export function readApplicationAddress(value: unknown): ApplicationAddress {
  const form =
    /^(?:sips?:)?(?<host>\[[0-9a-f:.]+\]|[^:;[\]\s]+):(?<port>\d{1,5})(?:;transport=(?<transport>tcp|tls))?$/i
  const groups = typeof value === 'string' ? form.exec(value.trim())?.groups : undefined
  const port = Number(groups?.port)
  if (!groups?.host || port < 1 || port > 65535)
    throw new RouteDecisionError(`${JSON.stringify(value)} is not host:port`)
  const isSecure = groups.transport?.toLowerCase() === 'tls'
  return { host: groups.host.replace(/^\[|\]$/g, ''), port, isSecure }
}

function readProxy(data: Data): RouteDecision {
  return {
    action: 'proxy',
    targets: readUris(data.destination, 'destination'),
    recordRoute: readFlag(data.recordRoute, false),
    followRedirects: readFlag(data.followRedirects, true),
    isParallel: readFlag(data.simultaneous, false),
    provisionalTimeoutMs: readTime(data.provisionalTimeout, 5_000),
    finalTimeoutMs: readTime(data.finalTimeout, 60_000),
  }
}

function readRefusal(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 300 || value > 699)
    throw new RouteDecisionError(`${JSON.stringify(value)} is no status to reject with`)
  return value
}

/** A reason with a line break in it would be headers. */
function readReason(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^\r\n]{1,200}$/.test(value) ? value : undefined
}

function readUris(value: unknown, what: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const uris = list.filter((uri): uri is string => typeof uri === 'string' && /^[^\s<>]+$/.test(uri))
  if (uris.length === 0 || uris.length < list.length)
    throw new RouteDecisionError(`${what} ${JSON.stringify(value)} is not one or more URIs`)
  return uris.map((uri) => (/^(sips?|tel):/i.test(uri) ? uri : `sip:${uri}`))
}

const readFlag = (value: unknown, otherwise: boolean): boolean =>
  typeof value === 'boolean' ? value : otherwise

function readTime(value: unknown, otherwise: number): number {
  return (typeof value === 'string' ? readWireDuration(value) : undefined) ?? otherwise
}

function readObject(value: unknown, what: string): Data {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RouteDecisionError(`${what} is not an object`)
  return value as Data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RouteDecisionError('the answer is not JSON', { cause })
  }
}
