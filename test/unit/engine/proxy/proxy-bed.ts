import type { SipRequest, SipResponse } from '../../../../src/engine/message/message.ts'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { OwnChallenges } from '../../../../src/engine/proxy/own-challenges.ts'
import { ProxyCore } from '../../../../src/engine/proxy/proxy-core.ts'
import type { ProxyOrder } from '../../../../src/engine/proxy/proxy-order.ts'
import { RecordRoute } from '../../../../src/engine/proxy/record-route.ts'
import { WayFinder } from '../../../../src/engine/proxy/way-finder.ts'
import type { Flow } from '../../../../src/engine/transport/flow.ts'
import type { HopResolver } from '../../../../src/engine/transport/hop.ts'
import { NumericResolver } from '../../../../src/engine/transport/numeric-resolver.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { makeLayer, requestText } from '../transaction/layer-setup.ts'

export const timerCMs = 185_000

const plainOrder: ProxyOrder = {
  targets: ['sip:bob@198.51.100.1'],
  isParallel: false,
  recordRoute: false,
  followRedirects: false,
  provisionalTimeoutMs: undefined,
  finalTimeoutMs: undefined,
  headers: [],
}

/** A proxy core over a real transaction layer and a network that only keeps what is sent. */
export function makeProxy(resolver: HopResolver = new NumericResolver()) {
  const { clock, transport, layer } = makeLayer()
  const ways = new WayFinder({ resolver, transport, resolveTimeoutMs: 5_000, clock })
  const recordRoute = new RecordRoute('secret')
  const challenges = new OwnChallenges()
  const parts = { layer, ways, recordRoute, challenges, clock, timerCMs, transport, log: silentLog }
  const proxy = new ProxyCore(parts)
  const phone = transport.flow('udp', '203.0.113.9', 5080)
  let order = plainOrder
  /** What became of the last request: the reason when it was refused. */
  let refusal: string | undefined

  layer.deliverTo({
    onRequest: (transaction) => {
      refusal = proxy.refuse(transaction)
      if (refusal === undefined) proxy.forward(transaction, order)
    },
    onCancel: (invite, cancel) => proxy.cancel(invite, cancel),
    onAck: (ack) => proxy.forwardAck(ack),
    onStrayResponse: (response) => proxy.forwardStray(response),
  })

  /** A caller's request, forwarded as ordered; `edit` changes its text. */
  const forward = (
    method: string,
    change: Partial<ProxyOrder> = {},
    edit: (text: string) => string = (text) => text,
  ): Promise<void> => {
    order = { ...plainOrder, ...change }
    return receive(edit(requestText(method)))
  }

  const receive = (text: string): Promise<void> => forwardFrom(phone, text)

  const forwardFrom = async (flow: Flow, text: string): Promise<void> => {
    transport.receive(text, flow)
    await settled()
  }

  const pass = (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds)
    return settled()
  }

  /** Requests of a method that went out since the last look, in order. */
  const takeRequests = (method: string): SipRequest[] =>
    transport.take().flatMap(({ message }) => (message.isRequest && message.method === method ? message : []))

  /** Responses that went back to the caller since the last look, 100 apart. */
  const takeResponses = (): SipResponse[] =>
    transport.take().flatMap(({ message }) => (message.isRequest || message.status === 100 ? [] : message))

  /** A target answers what it was sent. */
  const answer = async (
    request: SipRequest,
    status: number,
    headers: readonly (readonly [string, string])[] = [],
    toTag = `t${status}`,
  ): Promise<void> => {
    const response = responseTo(request, status, undefined, { toTag })
    for (const [name, value] of headers) response.append(name, value)
    transport.receive(response.toText(), transport.flow('udp', '198.51.100.1', 5060))
    await settled()
  }

  return {
    clock,
    layer,
    proxy,
    transport,
    forward,
    forwardFrom,
    receive,
    pass,
    answer,
    takeRequests,
    takeResponses,
    refusal: () => refusal,
  }
}

/** The layer sends in a microtask of its own. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
