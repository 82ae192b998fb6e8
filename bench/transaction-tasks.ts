import { SipRequest } from '../src/engine/message/message.ts'
import { responseTo } from '../src/engine/message/response.ts'
import { OwnChallenges } from '../src/engine/proxy/own-challenges.ts'
import { ProxyCore } from '../src/engine/proxy/proxy-core.ts'
import type { ProxyOrder } from '../src/engine/proxy/proxy-order.ts'
import { RecordRoute } from '../src/engine/proxy/record-route.ts'
import { WayFinder } from '../src/engine/proxy/way-finder.ts'
import { SipTransactionLayer } from '../src/engine/transaction/transaction-layer.ts'
import type { TransactionUser } from '../src/engine/transaction/transaction-user.ts'
import { NumericResolver } from '../src/engine/transport/numeric-resolver.ts'
import { FakeClock } from '../src/lib/fake-clock.ts'
import { silentLog } from '../src/lib/log.ts'
import type { AnyBenchTask } from './support/bench-task.ts'
import { QuietTransport } from './support/quiet-transport.ts'

const lives = 256
/** Longer than any transaction lives after its end (64·T1). */
const lifeMs = 40_000
const body =
  'v=0\r\no=- 1 1 IN IP4 203.0.113.9\r\ns=-\r\nc=IN IP4 203.0.113.9\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n'
const ignored = { onResponse: () => undefined, onFailure: () => undefined }

/** Whole lives of transactions over a network that only counts; the time that they linger passes in between. */
export function transactionTasks(): readonly AnyBenchTask[] {
  return [serverInvite(), clientOptions(), proxiedInvite()]
}

/** INVITE in, 180 and 200 out, ACK in. */
function serverInvite(): AnyBenchTask {
  const { transport, layer, passTime, phone } = makeLayer()
  layer.deliverTo({
    ...deaf,
    onRequest: (transaction, request) => {
      transaction.respond(responseTo(request, 180, 'Ringing', { toTag: transaction.toTag }))
      transaction.respond(responseTo(request, 200, 'OK', { toTag: transaction.toTag }))
    },
  })
  const invites = received('INVITE')
  const acks = received('ACK')
  return {
    name: 'server INVITE: INVITE 180 200 ACK',
    messages: 4,
    run: () => {
      const index = passTime()
      transport.receive(invites[index] as Buffer, phone)
      transport.receive(acks[index] as Buffer, phone)
    },
  }
}

/** OPTIONS out, 200 in. */
function clientOptions(): AnyBenchTask {
  const { transport, layer, passTime } = makeLayer()
  layer.deliverTo(deaf)
  const hops = [{ transport: 'udp', address: '198.51.100.7', port: 5060, host: '198.51.100.7' }] as const
  const far = transport.flow('198.51.100.7', 5060)
  return {
    name: 'client OPTIONS: OPTIONS 200',
    messages: 2,
    runAsync: async () => {
      const index = passTime()
      const request = new SipRequest('OPTIONS', 'sip:bob@198.51.100.7', [
        ['Max-Forwards', '70'],
        ['From', '<sip:alice@near.example.com>;tag=a'],
        ['To', '<sip:bob@198.51.100.7>'],
        ['Call-ID', `call-${index}`],
        ['CSeq', '1 OPTIONS'],
      ])
      layer.request(request, { kind: 'hops', hops }, ignored)
      await sent()
      transport.receive(answerTo(transport.takeLast(), '200 OK'), far)
    },
  }
}

/** INVITE in and out, 180 in and out, 200 in and out. */
function proxiedInvite(): AnyBenchTask {
  const { transport, layer, passTime, phone, clock } = makeLayer()
  const resolver = new NumericResolver()
  const ways = new WayFinder({ resolver, transport, resolveTimeoutMs: 5_000, clock })
  const recordRoute = new RecordRoute('secret')
  const proxy = new ProxyCore({
    layer,
    ways,
    recordRoute,
    challenges: new OwnChallenges(),
    clock,
    timerCMs: 185_000,
    transport,
    log: silentLog,
  })
  const order: ProxyOrder = {
    targets: ['sip:bob@198.51.100.7'],
    isParallel: false,
    recordRoute: true,
    followRedirects: false,
    provisionalTimeoutMs: undefined,
    finalTimeoutMs: undefined,
    headers: [],
  }
  layer.deliverTo({
    ...deaf,
    onRequest: (transaction) => {
      if (proxy.refuse(transaction) === undefined) proxy.forward(transaction, order)
    },
  })
  const invites = received('INVITE')
  const far = transport.flow('198.51.100.7', 5060)
  return {
    name: 'proxied INVITE: INVITE 180 200, in and out',
    messages: 6,
    runAsync: async () => {
      transport.receive(invites[passTime()] as Buffer, phone)
      await sent()
      const forwarded = transport.takeLast()
      transport.receive(answerTo(forwarded, '180 Ringing'), far)
      transport.receive(answerTo(forwarded, '200 OK'), far)
    },
  }
}

const deaf: TransactionUser = {
  onRequest: () => undefined,
  onCancel: () => undefined,
  onAck: () => undefined,
  onStrayResponse: () => undefined,
}

function makeLayer() {
  const clock = new FakeClock()
  const transport = new QuietTransport()
  const layer = new SipTransactionLayer({
    transport,
    resolver: new NumericResolver(),
    log: silentLog,
    clock,
    settings: { tickMs: 100 },
  })
  let next = 0
  /** Which of the prepared messages is next; after the last one all transactions run out. */
  const passTime = (): number => {
    if (next === lives) {
      next = 0
      clock.advance(lifeMs)
    }
    return next++
  }
  return { clock, transport, layer, passTime, phone: transport.flow('203.0.113.9', 5080) }
}

/** Requests of a phone, each of a transaction of its own. */
function received(method: 'INVITE' | 'ACK'): readonly Buffer[] {
  return Array.from({ length: lives }, (_, index) =>
    Buffer.from(
      [
        `${method} sip:box@192.0.2.1 SIP/2.0`,
        `Via: SIP/2.0/UDP 203.0.113.9:5080;rport;branch=z9hG4bK${method}${index}`,
        'Max-Forwards: 70',
        `From: "Carol" <sip:carol@example.org>;tag=c${index}`,
        `To: <sip:box@192.0.2.1>${method === 'ACK' ? ';tag=x' : ''}`,
        `Call-ID: call-${index}@203.0.113.9`,
        `CSeq: 7 ${method}`,
        'Contact: <sip:carol@203.0.113.9:5080>',
        'User-Agent: Deskphone',
        ...(method === 'INVITE' ? ['Content-Type: application/sdp'] : []),
        `Content-Length: ${method === 'INVITE' ? body.length : 0}`,
        '',
        method === 'INVITE' ? body : '',
      ].join('\r\n'),
    ),
  )
}

/** The far end's answer: all headers come back, which costs the measurement less than choosing among them. */
function answerTo(request: Buffer, status: string): Buffer {
  const text = request.toString('latin1')
  const head = text.slice(text.indexOf('\r\n'), text.indexOf('\r\n\r\n'))
  const tagged = head.replace(/\r\nTo: .*/, '$&;tag=far').replace(/\r\nContent-Length: \d+/, '')
  return Buffer.from(`SIP/2.0 ${status}${tagged}\r\nContent-Length: 0\r\n\r\n`, 'latin1')
}

/** The layer sends in a microtask of its own, as it does when a resolver answers at once. */
async function sent(): Promise<void> {
  await undefined
  await undefined
  await undefined
}
