import { headerName } from '../message/header-name.ts'
import { printHostPort } from '../message/host-port.ts'
import { isSips } from '../message/is-sips.ts'
import type { HeaderLine, SipMessage } from '../message/message.ts'
import type { ListeningPoint } from '../transport/flow.ts'
import { isSecure } from '../transport/transport-name.ts'

/** An application's headers, sorted into those that the engine decides about and those that pass. */
export interface AppHeaders {
  from: string | undefined
  to: string | undefined
  callId: string | undefined
  sequence: number | undefined
  maxForwards: string | undefined
  readonly contacts: HeaderLine[]
  hasContentType: boolean
  /** Ready for the wire. */
  readonly others: HeaderLine[]
}

/**
 * Reads what an application may say in a message that leaves by `point`: Via, Route, Record-Route, RSeq and
 * Content-Length are not its business and are dropped, `localhost` becomes the point's name.
 */
export function readAppHeaders(draft: SipMessage, point: ListeningPoint): AppHeaders {
  const headers: AppHeaders = {
    from: undefined,
    to: undefined,
    callId: undefined,
    sequence: undefined,
    maxForwards: undefined,
    contacts: [],
    hasContentType: false,
    others: [],
  }
  for (const line of draft.headerLines()) sort(line, headers, point)
  return headers
}

function sort(line: HeaderLine, headers: AppHeaders, point: ListeningPoint): void {
  switch (line.key) {
    case 'via':
    case 'route':
    case 'record-route':
    case 'rseq':
      break
    case 'from':
      headers.from = withPoint(line.value, point)
      break
    case 'to':
      headers.to = withPoint(line.value, point)
      break
    case 'call-id':
      headers.callId = line.value
      break
    case 'cseq':
      headers.sequence = readSequence(line.value)
      break
    case 'max-forwards':
      headers.maxForwards = line.value
      break
    case 'contact':
      headers.contacts.push(withValue(line, contactWithPoint(line.value, point)))
      break
    case 'p-asserted-identity':
      headers.others.push(withValue(line, withPoint(line.value, point)))
      break
    case 'content-type':
      headers.hasContentType = true
      headers.others.push(line)
      break
    default:
      headers.others.push(line.name === line.key ? spelled(line) : line)
  }
}

/** Not a copy of the line: that would be printed as it was received. */
const withValue = ({ name, key }: HeaderLine, value: string): HeaderLine => ({ name, key, value })

/** The Contact the engine writes when the application gives none; for a call to a `sips` URI one of that kind (§8.1.1.8). */
export function ownContact(point: ListeningPoint, requestUri = ''): HeaderLine {
  const uri = ownUri(point)
  const isSecured = isSips(requestUri) && isSecure(point.transport)
  return { name: 'Contact', key: 'contact', value: `<${isSecured ? uri.replace(/^sip:/, 'sips:') : uri}>` }
}

/** `sip:host:port`, with the transport unless it is UDP. */
export function ownUri(point: ListeningPoint): string {
  return `sip:${hostPortOf(point)}${transportParam(point)}`
}

export const sdpContentType: HeaderLine = {
  name: 'Content-Type',
  key: 'content-type',
  value: 'application/sdp',
}

/** `v=0`, the beginning of every session description (RFC 4566 §5.1). */
export function isSdp(body: Buffer): boolean {
  return body[0] === 0x76 && body[1] === 0x3d && body[2] === 0x30
}

const localhost = /(?<=@|sips?:)localhost(:\d+)?(?=[;>?,\s]|$)/gi

function withPoint(value: string, point: ListeningPoint): string {
  return value.includes('localhost') ? value.replace(localhost, () => hostPortOf(point)) : value
}

/** In a Contact the transport belongs to the name: without it requests to us would come by UDP. */
function contactWithPoint(value: string, point: ListeningPoint): string {
  if (!value.includes('@localhost')) return value
  const param = value.includes('transport=') ? '' : transportParam(point)
  // Without brackets the parameter would be the header's, not the URI's (RFC 3261 §20.10).
  const bracketed = param === '' || value.includes('<') ? value : value.replace(/^[^;,\s]+/, '<$&>')
  return bracketed.replace(localhost, () => hostPortOf(point) + param)
}

const hostPortOf = (point: ListeningPoint): string =>
  printHostPort(point.advertisedHost, point.advertisedPort)

const transportParam = (point: ListeningPoint): string =>
  point.transport === 'udp' ? '' : `;transport=${point.transport}`

function readSequence(value: string): number | undefined {
  const number = Number.parseInt(value, 10)
  return Number.isInteger(number) && number >= 0 && number < 2 ** 31 ? number : undefined
}

/** Names that nobody registered get every word capitalised: drachtio-srf often writes them in lower case. */
function spelled(line: HeaderLine): HeaderLine {
  const { name, key } = headerName(line.key)
  if (name !== key) return { name, key, value: line.value }
  return { name: key.replace(/(^|-)[a-z]/g, (match) => match.toUpperCase()), key, value: line.value }
}
