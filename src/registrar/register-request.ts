import { type Aor, aor } from '../domain/aor.ts'
import type { IncomingRequest, SipSource } from '../domain/sip.ts'
import { parseCSeq } from '../engine/message/cseq.ts'
import { printHostPort } from '../engine/message/host-port.ts'
import { type NameAddr, parseNameAddr, parseNameAddrs, printNameAddr } from '../engine/message/name-addr.ts'
import { SipParseError } from '../engine/message/sip-parse-error.ts'
import { parseUri, type SipUri } from '../engine/message/uri.ts'
import { RegistrationRefused } from './registration-refused.ts'

/** One Contact of a REGISTER. */
export interface RequestedContact {
  readonly uri: string
  readonly q: number
  /** 0 removes; undefined when the phone leaves it to the registrar. */
  readonly expiresSeconds: number | undefined
  readonly instance: string | undefined
  readonly regId: number | undefined
}

/** A REGISTER as far as a registrar cares (RFC 3261 §10.2). */
export interface RegisterRequest {
  /** The user whose bindings these are, from To. */
  readonly aor: Aor
  readonly callId: string
  readonly cseq: number
  /** Empty for a query; `all` for `Contact: *`, which removes. */
  readonly contacts: 'all' | readonly RequestedContact[]
  /** As name-addr, first hop first (RFC 3327). */
  readonly path: readonly string[]
  readonly supportsPath: boolean
  readonly source: SipSource
  readonly userAgent: string | undefined
}

const understood = new Set(['path'])
const maxContacts = 100
const maxPath = 20
const maxTextLength = 1_024
// RFC 3261 §20.19: delta-seconds; larger values count as this.
const maxExpires = 2 ** 32 - 1

/** Throws `RegistrationRefused` 400 or 420. */
export function readRegister(request: IncomingRequest): RegisterRequest {
  const unsupported = listed(request, 'Require').filter((tag) => !understood.has(tag))
  if (unsupported.length > 0)
    throw new RegistrationRefused(420, 'Bad Extension', { Unsupported: unsupported.join(', ') })
  try {
    return {
      aor: readAor(required(request, 'To')),
      callId: request.callId,
      cseq: parseCSeq(required(request, 'CSeq')).number,
      contacts: readContacts(request),
      path: readPath(request),
      supportsPath: listed(request, 'Supported').includes('path'),
      source: request.source,
      userAgent: request.header('User-Agent')?.slice(0, 200),
    }
  } catch (error) {
    if (error instanceof SipParseError) throw new RegistrationRefused(400, error.reason)
    throw error
  }
}

function readAor(to: string): Aor {
  const uri = parseUri(parseNameAddr(to).uri)
  // RFC 3261 §10.3 step 5: parameters go, escapes are resolved.
  return aor(decoded(uri), printHostPort(uri.host, undefined))
}

function decoded({ user = '' }: SipUri): string {
  try {
    return decodeURIComponent(user)
  } catch (error) {
    throw new SipParseError(error instanceof URIError ? 'Bad Escape In To URI' : String(error))
  }
}

function readContacts(request: IncomingRequest): RegisterRequest['contacts'] {
  const contacts = request.headers('Contact').flatMap(parseNameAddrs)
  const expiresHeader = readExpires(request.header('Expires'))
  if (contacts.some((contact) => contact.isStar)) {
    if (contacts.length > 1 || expiresHeader !== 0)
      throw new RegistrationRefused(400, 'Contact * Needs Expires 0 And No Other Contact')
    return 'all'
  }
  if (contacts.length > maxContacts) throw new RegistrationRefused(400, 'Too Many Contacts')
  return contacts.map((contact) => readContact(contact, expiresHeader))
}

function readContact(contact: NameAddr, expiresHeader: number | undefined): RequestedContact {
  const { uri, params } = contact
  if (uri.length > maxTextLength) throw new RegistrationRefused(400, 'Contact Too Long')
  parseUri(uri)
  const instance = params.text('+sip.instance')?.slice(0, maxTextLength)
  return {
    uri,
    q: readQ(params.text('q')),
    expiresSeconds: readExpires(params.text('expires')) ?? expiresHeader,
    instance,
    regId: instance === undefined ? undefined : readRegId(params.text('reg-id')),
  }
}

function readPath(request: IncomingRequest): string[] {
  const path = request.headers('Path').flatMap(parseNameAddrs)
  if (path.length > maxPath) throw new RegistrationRefused(400, 'Path Too Long')
  for (const hop of path) parseUri(hop.uri)
  return path.map(printNameAddr)
}

/** RFC 3261 §10.2.1.1: a malformed value counts as none. */
function readExpires(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Math.min(Number(text), maxExpires) : undefined
}

function readQ(text: string | undefined): number {
  if (text === undefined) return 1
  if (!/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text)) throw new RegistrationRefused(400, 'Bad q Value')
  return Number(text)
}

// RFC 5626 §4.2: 1 to 2³¹ - 1.
function readRegId(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) >= 2 ** 31)
    throw new RegistrationRefused(400, 'Bad reg-id')
  return Number(text)
}

function required(request: IncomingRequest, name: string): string {
  const value = request.header(name)
  if (value === undefined) throw new RegistrationRefused(400, `Missing ${name} Header`)
  return value
}

/** Option tags of all header lines of a name, lower case. */
function listed(request: IncomingRequest, name: string): string[] {
  return request
    .headers(name)
    .flatMap((line) => line.split(','))
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '')
}
