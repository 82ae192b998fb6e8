import { type Aor, aor, printAor } from '../domain/aor.ts'
import { type E164, isE164 } from '../domain/phone-number.ts'
import type { CallQuestion, EmergencyCall } from '../domain/route.ts'
import { type DialledUri, parseDialledUri, parseHostPort } from '../domain/sip-uri.ts'
import { assigned, besidePbx, elsewhere, isServed, nowhere } from './place.ts'
import type { CallGroup, Site } from './site.ts'

/** Somebody or something that the box can look for by itself. */
export type InsideDestination =
  | {
      readonly kind: 'user'
      readonly aor: Aor
      readonly hasAccount: boolean
      /** A number or a rule of this box leads to him: nobody has looked for him in the overlay yet. */
      readonly isAssigned?: boolean
      readonly why: string
    }
  | { readonly kind: 'group'; readonly group: CallGroup; readonly why: string }
  | {
      readonly kind: 'number'
      readonly number: E164
      /** Another box asks for one of this box's trunks: the host is this box's peer name. */
      readonly forPeer: boolean
      readonly why: string
    }
  | {
      readonly kind: 'overlay-user'
      readonly aor: Aor
      readonly isAssigned?: boolean
      readonly why: string
    }
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
  const help = site.numbers.emergencyNumberOfUrn(question.requestUri)
  if (help) return emergencyByUrn(help, question, site)
  const uri = parseDialledUri(question.requestUri)
  if (!uri) return nowhere(416, 'Unsupported URI Scheme', 'the Request-URI is neither SIP nor tel')
  if (question.source === 'trunk') return fromTrunk(question, site)
  if (uri.scheme !== 'tel' && site.overlays.isOwnPeerName(uri.host)) return forPeer(uri.user, question, site)

  const domain = servedDomain(uri, question, site)
  if (domain !== undefined) {
    const user = uri.scheme === 'tel' ? uri.number : uri.user
    return inDomain(user, domain, question, site)
  }
  if (uri.scheme === 'tel') return inForeignContext(uri.number, question, site)
  return elsewhere(aor(uri.user, uri.host), question, site)
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
  // A user or a group may be configured in a domain that is not listed as the box's own.
  const name = aor(uri.user, uri.host)
  const known = site.accounts.resolve(name) ?? site.groups.resolve(name)?.aor
  if (known?.domain === uri.host) return uri.host
  return site.pbxs.atHost(uri.host, uri.port)?.domain ?? domainByAddress(uri, question, site)
}

/** A phone that has the address of its PBX as its domain leaves out the port, whichever that is. */
function domainByAddress(
  { host, port }: Extract<DialledUri, { readonly host: string }>,
  { caller }: CallQuestion,
  site: Site,
): string | undefined {
  const pbx = port === undefined && caller ? site.pbxs.stateOf(caller.domain) : undefined
  return pbx && parseHostPort(pbx.server).host === host ? pbx.domain : undefined
}

/** RFC 3966 §5.1.5: such a number means something there and not here, unless somebody calls for help. */
function inForeignContext(number: string, question: CallQuestion, site: Site): Destination {
  const { caller, source, sourceLabel } = question
  const dialled = site.numbers.readDialled(number, source === 'pbx' ? sourceLabel : undefined)
  if (dialled.kind !== 'emergency') {
    return nowhere(404, 'Not Found', 'a number of a context that is not served here')
  }
  const pbx = caller && site.pbxs.stateOf(caller.domain)
  return { ...dialled, pbxDomain: pbx?.domain, why: 'emergency numbers come before every context' }
}

function inDomain(user: string, domain: string, question: CallQuestion, site: Site): Destination {
  if (user === '') return nowhere(404, 'Not Found', 'the Request-URI names no user')
  const pbx = site.pbxs.stateOf(domain)
  const sender = question.source === 'pbx' ? question.sourceLabel : undefined
  const dialled = site.numbers.readDialled(user, sender)
  if (dialled.kind === 'emergency') {
    const why = 'emergency numbers come before every rule'
    return { ...dialled, pbxDomain: pbx?.domain, why }
  }
  const name = aor(user, domain)
  const known = knownHere(name, site)
  if (known) return besidePbx(known, domain, question, site)
  if (dialled.kind === 'extension' && dialled.digits !== user) {
    const other = aor(dialled.digits, domain)
    return besidePbx(knownHere(other, site) ?? userOf(other, user, false), domain, question, site)
  }
  if (dialled.kind === 'user') return assigned(dialled.user, dialled.why, question, site)
  if (dialled.kind === 'refused') return nowhere(403, 'Forbidden', dialled.why)
  if (dialled.kind === 'e164' && site.bindings.lookup(printAor(name)).length === 0) {
    const did = site.numbers.didOf(dialled.number)
    if (did) return assigned(did, didWhy(dialled.number, did), question, site)
    const why = `${user} reads as ${dialled.number}`
    return besidePbx({ kind: 'number', number: dialled.number, forPeer: false, why }, domain, question, site)
  }
  const stranger = userOf(name, user, false)
  const isMeantAsNumber = dialled.kind === 'unknown' && /^\+?\d+$/.test(user)
  return besidePbx(isMeantAsNumber ? { ...stranger, why: dialled.why } : stranger, domain, question, site)
}

function knownHere(name: Aor, site: Site): InsideDestination | undefined {
  const account = site.accounts.resolve(name)
  if (account) return userOf(account, name.user, true)
  const group = site.groups.resolve(name)
  return group && groupOf(group, name.user)
}

function userOf(account: Aor, dialled: string, hasAccount: boolean): InsideDestination {
  const isOther = account.user !== dialled
  const why = isOther ? `${dialled} is another name of ${account.user}` : `a name in ${account.domain}`
  return { kind: 'user', aor: account, hasAccount, why }
}

function groupOf(group: CallGroup, dialled: string): InsideDestination {
  const why =
    group.aor.user === dialled ? 'the name of a group' : `${dialled} is another name of a group of users`
  return { kind: 'group', group, why }
}

function didWhy(number: E164, user: Aor): string {
  return `${number} is a direct number of ${printAor(user)}`
}

function fromTrunk(question: CallQuestion, site: Site): Destination {
  const number = site.numbers.readFromTrunk(question.requestUri)
  if (number === undefined) return nowhere(404, 'Not Found', 'the trunk sent no telephone number')
  const user = site.numbers.didOf(number)
  return user
    ? assigned(user, didWhy(number, user), question, site)
    : nowhere(404, 'Not Found', `nobody here has ${number}`)
}

/** Another box has read the digits by its own plan: it sends E.164, or an emergency number. */
function forPeer(user: string, question: CallQuestion, site: Site): Destination {
  const dialled = site.numbers.readDialled(user)
  if (dialled.kind === 'emergency') {
    return { ...dialled, pbxDomain: undefined, why: 'another box needs an emergency line' }
  }
  if (!isE164(user)) return nowhere(404, 'Not Found', 'a peer name carries only telephone numbers')
  const did = site.numbers.didOf(user)
  if (did) return assigned(did, didWhy(user, did), question, site)
  return { kind: 'number', number: user, forPeer: true, why: 'another box asks for a line' }
}

function emergencyByUrn(
  { number, isTest }: EmergencyCall,
  { caller, requestUri }: CallQuestion,
  site: Site,
): Destination {
  const pbx = caller && site.pbxs.stateOf(caller.domain)
  const why = `the emergency service ${requestUri}`
  return { kind: 'emergency', number, isTest, pbxDomain: pbx?.domain, why }
}
