import type { SipRequest } from '../message/message.ts'
import { printVia, Via } from '../message/via.ts'

/** RFC 7339 §4.3: how long a neighbour goes by what we said. */
const validityMs = 500

/**
 * Tells a neighbour that asks for it (`oc` in its Via) how much of its traffic is too much (RFC 7339 §4). The Via goes
 * back as it is now in every response to the request; by `oc-seq` the neighbour knows an older word from a newer.
 */
export function noteOverload(request: SipRequest, shedPercent: number, nowMs: number): void {
  const via = request.topVia
  if (!via.params.has('oc')) return
  const params = via.params.clone()
  params.set('oc', String(shedPercent))
  params.delete('oc-algo')
  params.add('oc-algo', 'loss', true)
  params.set('oc-validity', String(validityMs))
  params.set('oc-seq', (nowMs / 1_000).toFixed(3))
  request.replaceFirstValue('via', printVia(new Via(via.transport, via.host, via.port, params)))
}
