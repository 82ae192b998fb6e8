import { type ListedAddress, parseAddresses } from '../domain/address-list.ts'
import { type Aor, aor } from '../domain/aor.ts'
import type { IncomingRequest, SipSource } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
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
  /** The phone names its flows and keeps them alive (RFC 5626). */
  readonly isOutbound: boolean
  readonly source: SipSource
  readonly userAgent: string | undefined
}

const understood = new Set(['path', 'outbound'])
const maxContacts = 100
const maxPath = 20
const maxTextLength = 1_024
// RFC 3261 §20.19: delta-seconds; larger values count as this.
const maxExpires = 2 ** 32 - 1

/** Throws `RegistrationRefused` 400, 420 or 439. */
export function readRegister(request: IncomingRequest): RegisterRequest {
  const unsupported = listed(request, 'Require').filter((tag) => !understood.has(tag))
  if (unsupported.length > 0)
    throw new RegistrationRefused(420, 'Bad Extension', { Unsupported: unsupported.join(', ') })
  const supported = listed(request, 'Supported')
  const path = readPath(request)
  const contacts = readContacts(request, supported.includes('outbound'))
  const isOutbound = contacts !== 'all' && contacts.some(({ regId }) => regId !== undefined)
  if (isOutbound) checkFlow(request, contacts, path)
  return {
    aor: readAor(request),
    callId: request.callId,
    cseq: readCSeq(request),
    contacts,
    path: path.map(({ text }) => text),
    supportsPath: supported.includes('path'),
    isOutbound,
    source: request.source,
    userAgent: request.header('User-Agent')?.slice(0, 200),
  }
}

// RFC 3261 §10.3 step 5: parameters go, escapes are resolved.
function readAor(request: IncomingRequest): Aor {
  const [to, ...more] = addresses(request, 'To')
  const uri = to && parseDialledUri(to.uri)
  if (!uri || uri.scheme === 'tel' || more.length > 0) throw badHeader('To')
  return aor(uri.user, uri.host)
}

// RFC 3261 §8.1.1.5: less than 2³¹.
function readCSeq(request: IncomingRequest): number {
  const number = Number(/^(\d{1,10})\s+REGISTER$/.exec(request.header('CSeq') ?? '')?.[1] ?? 'NaN')
  if (!(number < 2 ** 31)) throw badHeader('CSeq')
  return number
}

/** RFC 5626 §6: one contact for one flow, which the proxy that has it must know to use. */
function checkFlow(
  request: IncomingRequest,
  contacts: readonly RequestedContact[],
  path: readonly ListedAddress[],
): void {
  if (contacts.length > 1) throw new RegistrationRefused(400, 'One Contact For One Flow')
  const hasPassedProxy = request.headers('Via').flatMap((line) => line.split(',')).length > 1
  const edge = path.at(-1)
  if (hasPassedProxy && !/;ob(?:[;=]|$)/i.test(edge?.uri ?? ''))
    throw new RegistrationRefused(439, 'First Hop Lacks Outbound Support')
}

function readContacts(request: IncomingRequest, isOutbound: boolean): RegisterRequest['contacts'] {
  const contacts = addresses(request, 'Contact')
  const expiresHeader = readExpires(request.header('Expires'))
  if (contacts.some((contact) => contact.uri === '*')) {
    if (contacts.length > 1 || expiresHeader !== 0)
      throw new RegistrationRefused(400, 'Contact * Needs Expires 0 And No Other Contact')
    return 'all'
  }
  if (contacts.length > maxContacts) throw new RegistrationRefused(400, 'Too Many Contacts')
  return contacts.map((contact) => readContact(contact, expiresHeader, isOutbound))
}

function readContact(
  contact: ListedAddress,
  expiresHeader: number | undefined,
  isOutbound: boolean,
): RequestedContact {
  const { uri, params } = contact
  if (uri.length > maxTextLength) throw new RegistrationRefused(400, 'Contact Too Long')
  checkSipUri(uri, 'Contact')
  const instance = params.get('+sip.instance')?.slice(0, maxTextLength)
  return {
    uri,
    q: readQ(params.get('q')),
    expiresSeconds: readExpires(params.get('expires')) ?? expiresHeader,
    instance,
    // RFC 5626 §6: only from who supports all of it.
    regId: instance === undefined || !isOutbound ? undefined : readRegId(params.get('reg-id')),
  }
}

function readPath(request: IncomingRequest): ListedAddress[] {
  const path = addresses(request, 'Path')
  if (path.length > maxPath) throw new RegistrationRefused(400, 'Path Too Long')
  for (const { uri, hasBrackets } of path) {
    if (!hasBrackets) throw badHeader('Path')
    checkSipUri(uri, 'Path')
  }
  return path
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

/** All values of a header, over all its lines. */
function addresses(request: IncomingRequest, name: string): ListedAddress[] {
  return request.headers(name).flatMap((line) => {
    const parsed = parseAddresses(line)
    if (!parsed) throw badHeader(name)
    return parsed
  })
}

function checkSipUri(text: string, header: string): void {
  const uri = parseDialledUri(text)
  if (!uri || uri.scheme === 'tel') throw badHeader(header)
}

function badHeader(name: string): RegistrationRefused {
  return new RegistrationRefused(400, `Bad ${name} Header`)
}

/** Option tags of all header lines of a name, lower case. */
function listed(request: IncomingRequest, name: string): string[] {
  return request
    .headers(name)
    .flatMap((line) => line.split(','))
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '')
}
