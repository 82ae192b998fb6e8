import { type Aor, aor, printAor } from '../domain/aor.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { type DialledUri, parseDialledUri } from '../domain/sip-uri.ts'
import type { Site } from './site.ts'

/** Somebody or something that the box can look for by itself. */
export type InsideDestination =
  | { readonly kind: 'user'; readonly aor: Aor; readonly hasAccount: boolean; readonly why: string }
  | {
      readonly kind: 'number'
      readonly number: E164
      /** Another box asks for one of this box's trunks: the host is this box's peer name. */
      readonly forPeer: boolean
      readonly why: string
    }
  | { readonly kind: 'overlay-user'; readonly aor: Aor; readonly why: string }
  | { readonly kind: 'nowhere'; readonly status: number; readonly reason: string; readonly why: string }

/** What a Request-URI means at this box. */
export type Destination =
  | InsideDestination
  | {
      readonly kind: 'emergency'
      readonly number: string
      readonly isTest: boolean
      /** Domain of the PBX whose phone was dialling, if any. */
      readonly pbxDomain: string | undefined
      readonly why: string
    }
  /** In the domain of a PBX: it is asked while it lives, `inside` is what the box does without it. */
  | {
      readonly kind: 'pbx'
      readonly domain: string
      readonly requestUri: string
      readonly inside: InsideDestination
      readonly why: string
    }
  | { readonly kind: 'foreign'; readonly uri: string; readonly host: string; readonly why: string }

/** What a PBX domain's name means without the PBX; everything else is already inside. */
export function insideOf(destination: Destination): Exclude<Destination, { kind: 'pbx' }> {
  return destination.kind === 'pbx' ? destination.inside : destination
}

/** Reads the question's Request-URI; emergency numbers come before everything an operator can edit. */
export function classifyDestination(question: CallQuestion, site: Site): Destination {
  // RFC 5031 §4.1: the service URN that phones use for any emergency number.
  if (/^urn:service:sos(\.|$)/i.test(question.requestUri)) return emergencyByUrn(question, site)
  const uri = parseDialledUri(question.requestUri)
  if (!uri) return nowhere(416, 'Unsupported URI Scheme', 'the Request-URI is neither SIP nor tel')
  if (question.source === 'trunk') return fromTrunk(question, site)
  if (uri.scheme !== 'tel' && site.overlays.isOwnPeerName(uri.host)) return forPeer(uri.user, site)

  const domain = servedDomain(uri, question, site)
  if (domain !== undefined) {
    const user = uri.scheme === 'tel' ? uri.number : uri.user
    return inDomain(user, domain, question, site)
  }
  if (uri.scheme === 'tel') return nowhere(404, 'Not Found', 'a number of a context that is not served here')
  return elsewhere(aor(uri.user, uri.host), uri.port, question, site)
}

/** The domain of this box or of one of its PBXs that a URI points at; undefined when it points elsewhere. */
function servedDomain(uri: DialledUri, question: CallQuestion, site: Site): string | undefined {
  const [home = ''] = site.domains.own()
  // Who dials the box's bare address means the domain that he himself is in.
  const ownDomain =
    (question.source === 'pbx' ? site.pbxs.named(question.sourceLabel)?.domain : question.caller?.domain) ??
    home
  if (uri.scheme === 'tel') {
    const context = uri.parameters.get('phone-context')?.toLowerCase()
    if (context === undefined || context.startsWith('+')) return ownDomain
    return isServed(context, site) ? context : undefined
  }
  if (isServed(uri.host, site)) return uri.host
  if (site.domains.isOwnHost(uri.host, uri.port)) return ownDomain
  // A user may be configured in a domain that is not listed as the box's own.
  if (site.accounts.resolve(aor(uri.user, uri.host))?.domain === uri.host) return uri.host
  return site.pbxs.atHost(uri.host, uri.port)?.domain
}

function isServed(domain: string, site: Site): boolean {
  return site.domains.own().includes(domain) || site.pbxs.stateOf(domain) !== undefined
}

function inDomain(user: string, domain: string, question: CallQuestion, site: Site): Destination {
  if (user === '') return nowhere(404, 'Not Found', 'the Request-URI names no user')
  const pbx = site.pbxs.stateOf(domain)
  const dialled = site.numbers.readDialled(user)
  if (dialled.kind === 'emergency') {
    const why = 'emergency numbers come before every rule'
    return { ...dialled, pbxDomain: pbx?.domain, why }
  }
  const name = aor(user, domain)
  const account = site.accounts.resolve(name)
  if (account) return besidePbx(userOf(account, user, true), domain, question, site)
  if (dialled.kind === 'e164' && site.bindings.lookup(printAor(name)).length === 0) {
    const did = didOf(dialled.number, site)
    if (did) return assigned(did, dialled.number, question, site)
    const why = `${user} reads as ${dialled.number}`
    return besidePbx({ kind: 'number', number: dialled.number, forPeer: false, why }, domain, question, site)
  }
  return besidePbx(userOf(name, user, false), domain, question, site)
}

function userOf(account: Aor, dialled: string, hasAccount: boolean): InsideDestination {
  const why = hasAccount && account.user !== dialled ? `${dialled} is another name of ${account.user}` : ''
  return { kind: 'user', aor: account, hasAccount, why: why || `a name in ${account.domain}` }
}

/** A call from a PBX into its own domain is for a phone of ours: sent back to the PBX it would go round. */
function besidePbx(
  inside: InsideDestination,
  domain: string,
  question: CallQuestion,
  site: Site,
): Destination {
  const pbx = site.pbxs.stateOf(domain)
  if (!pbx || (question.source === 'pbx' && question.sourceLabel === pbx.name)) return inside
  const { requestUri } = question
  return {
    kind: 'pbx',
    domain: pbx.domain,
    requestUri,
    inside,
    why: `${domain} is served by PBX ${pbx.name}`,
  }
}

function didOf(number: E164, site: Site): Aor | undefined {
  return site.accounts.ofNumber(number) ?? site.trunks.didOf(number)
}

/** A direct dial-in number: stays inside, wherever the call came from. */
function assigned(user: Aor, number: E164, question: CallQuestion, site: Site): Destination {
  const account = site.accounts.resolve(user)
  const why = `${number} is a direct number of ${printAor(user)}`
  const inside: InsideDestination = {
    kind: 'user',
    aor: account ?? user,
    hasAccount: account !== undefined,
    why,
  }
  const asked = { ...question, requestUri: printAor(inside.aor) }
  if (!account && !isServed(user.domain, site)) return elsewhere(user, undefined, asked, site)
  return besidePbx(inside, user.domain, asked, site)
}

function fromTrunk(question: CallQuestion, site: Site): Destination {
  const number = site.numbers.readFromTrunk(question.requestUri)
  if (number === undefined) return nowhere(404, 'Not Found', 'the trunk sent no telephone number')
  const user = didOf(number, site)
  return user
    ? assigned(user, number, question, site)
    : nowhere(404, 'Not Found', `nobody here has ${number}`)
}

function forPeer(user: string, site: Site): Destination {
  const dialled = site.numbers.readDialled(user)
  if (dialled.kind === 'emergency') {
    return { ...dialled, pbxDomain: undefined, why: 'another box needs an emergency line' }
  }
  if (dialled.kind === 'e164') {
    return { kind: 'number', number: dialled.number, forPeer: true, why: 'another box asks for a line' }
  }
  return nowhere(404, 'Not Found', 'a peer name carries only telephone numbers')
}

function elsewhere(name: Aor, port: number | undefined, question: CallQuestion, site: Site): Destination {
  if (site.trunks.servesHost(name.domain, port)) {
    const number = site.numbers.readFromTrunk(name.user)
    if (number === undefined) return nowhere(404, 'Not Found', 'a trunk carries only telephone numbers')
    return { kind: 'number', number, forPeer: false, why: `${name.domain} is a trunk of this box` }
  }
  const overlay = site.overlays.domains().find((domain) => isWithin(name.domain, domain))
  if (overlay !== undefined) {
    return { kind: 'overlay-user', aor: name, why: `${name.domain} belongs to the overlay ${overlay}` }
  }
  return {
    kind: 'foreign',
    uri: question.requestUri,
    host: name.domain,
    why: `${name.domain} is found by DNS`,
  }
}

function emergencyByUrn(question: CallQuestion, site: Site): Destination {
  const pbx = question.caller && site.pbxs.stateOf(question.caller.domain)
  return {
    kind: 'emergency',
    number: site.numbers.emergencyNumber,
    isTest: false,
    pbxDomain: pbx?.domain,
    why: 'the emergency service URN',
  }
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

function nowhere(status: number, reason: string, why: string): InsideDestination {
  return { kind: 'nowhere', status, reason, why }
}
