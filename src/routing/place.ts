import { type Aor, printAor } from '../domain/aor.ts'
import { nextHosts } from '../domain/next-hosts.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { Destination, InsideDestination } from './destination.ts'
import type { Site } from './site.ts'

/** Whether users of this domain are at this box or at one of its PBXs. */
export function isServed(domain: string, site: Site): boolean {
  return site.domains.own().includes(domain) || site.pbxs.stateOf(domain) !== undefined
}

/** A call from a PBX into its own domain is for a phone of ours: sent back to the PBX it would go round. */
export function besidePbx(
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

/** A number or a rule leads to a user or a group: stays inside, wherever the call came from. */
export function assigned(user: Aor, why: string, question: CallQuestion, site: Site): Destination {
  const account = site.accounts.resolve(user)
  const group = account ? undefined : site.groups.resolve(user)
  if (group) {
    const asked = { ...question, requestUri: printAor(group.aor) }
    return besidePbx({ kind: 'group', group, why }, user.domain, asked, site)
  }
  const inside: InsideDestination = {
    kind: 'user',
    aor: account ?? user,
    hasAccount: account !== undefined,
    isAssigned: true,
    why,
  }
  const asked = { ...question, requestUri: printAor(inside.aor) }
  if (account || isServed(user.domain, site)) return besidePbx(inside, user.domain, asked, site)
  const place = elsewhere(user, asked, site)
  return place.kind === 'overlay-user' ? { ...place, isAssigned: true } : place
}

/** A name that is not of this box. */
export function elsewhere(name: Aor, question: CallQuestion, site: Site): Destination {
  if (isAtProvider(question.requestUri, site)) {
    const dialled = site.numbers.readDialled(name.user)
    if (dialled.kind === 'emergency') return { ...dialled, pbxDomain: undefined, why: 'dialled at a trunk' }
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

export function nowhere(status: number, reason: string, why: string): InsideDestination {
  return { kind: 'nowhere', status, reason, why }
}

/** What is sent there may cost money, by whatever name it gets there. */
function isAtProvider(requestUri: string, { trunks }: Site): boolean {
  return (nextHosts(requestUri) ?? []).some(({ host, port }) => trunks.servesHost(host, port))
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
