import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'

/** What we ask of who offers to keep a stream alive, in seconds. */
export const keepAliveSeconds = 120
const shortest = 10
const longest = 3_600

/** RFC 6223 §4.3, RFC 5626 §4.4: the response says how often the far end wants to hear of us on our own stream. */
export function keepAsAgreed(transport: Transport, flow: Flow, response: SipResponse): void {
  const seconds = secondsOf(response.topVia.params.text('keep')) ?? flowTimerOf(response)
  if (seconds !== undefined) transport.keepAlive(flow, seconds)
}

/** RFC 6223 §4.4: who offered keep-alives was told how often; RFC 5923: who offers its stream may get requests on it. */
export function takeOffers(transport: Transport, flow: Flow, request: SipRequest): void {
  const { host, port, params } = request.topVia
  if (params.has('keep')) transport.expectKeepAlive(flow, keepAliveSeconds)
  if (params.has('alias')) transport.alias(flow, host, port ?? (flow.transport === 'tls' ? 5061 : 5060))
}

/** RFC 5626 §4.4: a registrar's Flow-Timer is a promise of the phone. */
export function expectPromised(transport: Transport, flow: Flow, response: SipResponse): void {
  const seconds = flowTimerOf(response)
  if (seconds !== undefined) transport.expectKeepAlive(flow, seconds)
}

function flowTimerOf(response: SipResponse): number | undefined {
  if (response.cseq.method !== 'REGISTER' || response.status >= 300) return undefined
  return secondsOf(response.get('flow-timer'))
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d{1,6}\s*$/.test(text)) return undefined
  return Math.min(Math.max(Number(text), shortest), longest)
}
