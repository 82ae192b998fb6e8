import { routeUri } from '../dialog/route-set.ts'
import { splitAtCommas } from '../message/comma-list.ts'
import type { SipRequest } from '../message/message.ts'
import { parseUri, type SipUri } from '../message/uri.ts'
import type { OwnNames } from './own-names.ts'
import type { RecordRoute } from './record-route.ts'

/** Whether the request came through a Route of ours. */
export type Passage = 'none' | 'named' | 'record-routed'

/**
 * RFC 3261 §16.4: undoes what a strict router did to the Request-URI and takes our own Routes off the top, so that
 * what is left says where the request wants to go. A flow that our last Route stood for takes its place, when no other
 * Route follows (RFC 5626 §5.3). Throws SipParseError for a Route that cannot be read.
 */
export function takeOwnRoutes(request: SipRequest, names: OwnNames, recordRoute: RecordRoute): Passage {
  if (!request.has('route')) return 'none'
  let passage: Passage = 'none'
  let flow: string | undefined
  const take = (route: SipUri): void => {
    const isOurs = recordRoute.isOurs(route, request.callId)
    flow = isOurs ? recordRoute.flowOf(route) : undefined
    if (isOurs) passage = 'record-routed'
    else if (passage === 'none') passage = 'named'
  }
  const requestUri = readSipUri(request.uri)
  if (requestUri?.params.has('lr') && names.has(requestUri)) {
    take(requestUri)
    restoreRequestUri(request)
  }
  for (let top = topRoute(request); top && names.has(top); top = topRoute(request)) {
    take(top)
    request.removeFirstValue('route')
  }
  if (flow !== undefined && !request.has('route')) request.append('Route', `<${flow}>`)
  return passage
}

/** Where a request goes whose own Routes are off: to its first Route, else to its Request-URI (§16.6 steps 6 and 7). */
export function nextHopOf(request: SipRequest): string {
  const first = request.get('route')
  if (first === undefined) return request.uri
  const next = routeUri(splitAtCommas(first)[0] ?? '')
  const { params } = parseUri(next)
  if (params.has('lr')) return next
  if (params.has('ob')) {
    // The flow to the target itself, which is no router.
    request.removeFirstValue('route')
    return next
  }
  // A strict router: it wants its own name in the Request-URI, and the target behind all Routes.
  request.removeFirstValue('route')
  request.append('Route', `<${request.uri}>`)
  request.uri = next
  return next
}

function topRoute(request: SipRequest): SipUri | undefined {
  const first = request.get('route')
  return first === undefined ? undefined : readSipUri(routeUri(splitAtCommas(first)[0] ?? ''))
}

function restoreRequestUri(request: SipRequest): void {
  const routes = request.values('route')
  const target = routes.pop()
  if (target === undefined) return
  request.remove('route')
  for (const route of routes) request.append('Route', route)
  request.uri = routeUri(target)
}

function readSipUri(text: string): SipUri | undefined {
  return /^sips?:/i.test(text) ? parseUri(text) : undefined
}
