import { SipRequest, type SipResponse } from '../../../../src/engine/message/message.ts'
import { SipTransactionLayer } from '../../../../src/engine/transaction/transaction-layer.ts'
import type { TransactionSettings } from '../../../../src/engine/transaction/transaction-settings.ts'
import type {
  ClientFailure,
  ClientTransactionEvents,
  ServerTransaction,
  TransactionUser,
} from '../../../../src/engine/transaction/transaction-user.ts'
import type { Hop, HopResolver } from '../../../../src/engine/transport/hop.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { FakeTransport } from './fake-transport.ts'

export const hop = (port: number, transport: 'udp' | 'tcp' = 'udp'): Hop => ({
  transport,
  address: '198.51.100.7',
  port,
  host: 'far.example.com',
})

/** A layer between a fake network and a core that keeps what it hears. */
export function makeLayer(settings: Partial<TransactionSettings> = {}, resolve?: HopResolver['resolve']) {
  const clock = new FakeClock()
  const transport = new FakeTransport(() => clock.now())
  const resolver: HopResolver = { resolve: resolve ?? (() => [hop(5060)]) }
  const layer = new SipTransactionLayer({ transport, resolver, log: silentLog, clock, settings })
  const core = new RecordingCore()
  layer.deliverTo(core)
  return { clock, transport, layer, core }
}

export class RecordingCore implements TransactionUser {
  readonly requests: ServerTransaction[] = []
  readonly heard: string[] = []
  /** What the core does with a request besides keeping it. */
  onNext: ((transaction: ServerTransaction) => void) | undefined

  onRequest(transaction: ServerTransaction, request: SipRequest): void {
    this.requests.push(transaction)
    this.heard.push(request.method)
    this.onNext?.(transaction)
  }

  onCancel(invite: ServerTransaction): void {
    this.heard.push(`cancel of ${invite.request.callId}`)
  }

  onAck(): void {
    this.heard.push('ack')
  }

  onStrayResponse(response: SipResponse): void {
    this.heard.push(`stray ${response.status} ${response.to.tag}`)
  }

  get last(): ServerTransaction {
    const last = this.requests.at(-1)
    if (!last) throw new Error('the core heard no request')
    return last
  }
}

/** Keeps what a client transaction reports, as words. */
export class RecordingEvents implements ClientTransactionEvents {
  readonly heard: string[] = []

  onResponse(response: SipResponse): void {
    this.heard.push(`${response.status}${response.to.tag ? ` ${response.to.tag}` : ''}`)
  }

  onFailure(failure: ClientFailure): void {
    this.heard.push(`${failure.kind}: ${failure.cause.message}`)
  }
}

export function newRequest(method: string): SipRequest {
  return new SipRequest(method, 'sip:bob@far.example.com', [
    ['Max-Forwards', '70'],
    ['From', '<sip:alice@near.example.com>;tag=a'],
    ['To', '<sip:bob@far.example.com>'],
    ['Call-ID', 'call-1'],
    ['CSeq', `1 ${method}`],
    ['Route', '<sip:proxy.example.com;lr>'],
  ])
}

interface ReceivedOptions {
  readonly via?: string
  readonly transport?: 'UDP' | 'TCP'
  readonly toTag?: string
  readonly callId?: string
}

/** A request as a phone would send it. */
export function requestText(method: string, options: ReceivedOptions = {}): string {
  const {
    via = '203.0.113.9:5080;rport;branch=z9hG4bK1',
    transport = 'UDP',
    toTag,
    callId = 'call-2',
  } = options
  return [
    `${method} sip:box@192.0.2.1 SIP/2.0`,
    `Via: SIP/2.0/${transport} ${via}`,
    'Max-Forwards: 70',
    'From: <sip:carol@example.org>;tag=c',
    `To: <sip:box@192.0.2.1>${toTag ? `;tag=${toTag}` : ''}`,
    `Call-ID: ${callId}`,
    `CSeq: 7 ${method}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
}
