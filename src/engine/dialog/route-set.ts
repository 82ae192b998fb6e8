import { splitAtCommas } from '../message/comma-list.ts'
import type { SipMessage, SipRequest } from '../message/message.ts'
import { parseNameAddr } from '../message/name-addr.ts'
import { parseUri } from '../message/uri.ts'

/** The proxies a dialog's requests pass, first to last: Route values as they are written (RFC 3261 §12.1). */
export interface RouteSet {
  readonly routes: readonly string[]
  /** Whether the first proxy is a loose router; true for an empty set. */
  readonly isLoose: boolean
}

export const emptyRouteSet: RouteSet = { routes: [], isLoose: true }

/** From the Record-Route of the response that established the dialog (§12.1.2) or, in order, of the request (§12.1.1). */
export function routeSetFrom(message: SipMessage, isUac: boolean): RouteSet {
  if (!message.has('record-route')) return emptyRouteSet
  const routes = message.getAll('record-route').flatMap(splitAtCommas)
  if (isUac) routes.reverse()
  const first = routes[0]
  return first === undefined ? emptyRouteSet : { routes, isLoose: isLooseRouter(routeUri(first)) }
}

/** Sets Request-URI and Route for a request inside the dialog; returns the URI to send to (§12.2.1.1). */
export function applyRouteSet(request: SipRequest, routeSet: RouteSet, remoteTarget: string): string {
  const [first, ...others] = routeSet.routes
  if (first === undefined) {
    request.uri = remoteTarget
    return remoteTarget
  }
  const next = routeUri(first)
  if (routeSet.isLoose) {
    request.uri = remoteTarget
    for (const route of routeSet.routes) request.append('Route', route)
  } else {
    // §12.2.1.1: a strict router wants itself in the Request-URI and the target at the end of the routes.
    request.uri = next
    for (const route of others) request.append('Route', route)
    request.append('Route', `<${remoteTarget}>`)
  }
  return next
}

/** The URI of a Route or Record-Route value. */
export const routeUri = (value: string): string => parseNameAddr(value).uri

/** §16.4: a router without `lr` is strict. What is not a SIP URI cannot be routed by and counts as loose. */
export function isLooseRouter(uri: string): boolean {
  return parseUri(uri).params.has('lr')
}
