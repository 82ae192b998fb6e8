import type { RandomSource } from './random-source.ts'

/**
 * One event of a run. `which` counts back among things of that kind, 0 the latest, and wraps around: every step means
 * something, or nothing, whatever came before it, so that steps can be left out of a failing run.
 */
export type Step =
  | ({
      readonly do: 'request'
      readonly method: string
      readonly call: number
      readonly branch: number
    } & FromPhone)
  | { readonly do: 'again' | 'cancel' | 'flow-fails'; readonly which: number }
  | { readonly do: 'ack'; readonly which: number; readonly extra: readonly string[] }
  | ({ readonly do: 'in-dialog' | 'from-callee'; readonly which: number; readonly method: string } & InDialog)
  | ({ readonly do: 'answer'; readonly which: number; readonly status: number; readonly tag: number } & Extra)
  | { readonly do: 'mangled'; readonly which: number; readonly at: number; readonly piece: string }
  | { readonly do: 'unreachable'; readonly port: number; readonly how: 'refuses' | 'silent' | 'well' }
  | { readonly do: 'app-joins' | 'app-leaves'; readonly app: number }
  | ({
      readonly do: 'app-answers'
      readonly app: number
      readonly which: number
      readonly status: number
    } & Extra)
  | ({
      readonly do: 'app-sends'
      readonly app: number
      readonly method: string
      readonly uri: string
    } & AppSends)
  | { readonly do: 'app-acks' | 'app-cancels'; readonly app: number; readonly which: number }
  | ({ readonly do: 'app-proxies'; readonly app: number; readonly which: number } & AppProxies)
  | { readonly do: 'app-frame'; readonly app: number; readonly payload: string }
  | { readonly do: 'app-bytes'; readonly app: number; readonly bytes: string }
  | { readonly do: 'time'; readonly ms: number }

interface Extra {
  /** Header lines, right or wrong. */
  readonly extra: readonly string[]
}

interface FromPhone extends Extra {
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  readonly toTag: string
}

interface InDialog extends Extra {
  readonly cseq: number
}

interface AppSends extends Extra {
  /** Counts back among dialogs; undefined outside of any. */
  readonly dialog: number | undefined
}

interface AppProxies {
  /** The tokens between the transaction id and the targets. */
  readonly options: string
  readonly targets: readonly string[]
}

const methods = 'INVITE INVITE INVITE OPTIONS MESSAGE REGISTER SUBSCRIBE NOTIFY BYE INFO PUBLISH FOO'.split(
  ' ',
)
const dialogMethods = 'BYE BYE INVITE INVITE UPDATE INFO PRACK NOTIFY REFER MESSAGE SUBSCRIBE OPTIONS'.split(
  ' ',
)
const statuses = [100, 180, 183, 200, 200, 200, 202, 299, 302, 401, 404, 408, 481, 486, 487, 491, 503, 600]
const ports = [5060, 5070, 5080]
const hosts = [
  '198.51.100.7',
  '198.51.100.7:5070',
  'many.example',
  'slow.example',
  'never.example',
  'gone.example',
]
const oddUris = [
  'tel:+4930',
  'sip:192.0.2.1',
  'sip:x',
  'sip:u@[2001:db8::1]',
  'urn:x:y',
  'sip:u@198.51.100.7;maddr=x',
]

const extras = [
  'Supported: 100rel',
  'Require: 100rel\r\nRSeq: 1',
  'Require: 100rel\r\nRSeq: 2',
  'RAck: 1 1 INVITE',
  'RAck: x',
  'Contact: <sip:c@198.51.100.7>',
  'Contact: <sip:c@198.51.100.7:5070;transport=tcp>',
  'Contact: *',
  'Contact: <sip:c@gone.example>',
  'Contact: <tel:+49>',
  'Contact: "open',
  'Record-Route: <sip:198.51.100.7;lr>',
  'Record-Route: <sip:strict.example>, <sip:198.51.100.7;lr>',
  'Record-Route: nonsense',
  'Route: <sip:192.0.2.1;lr>',
  'Route: <sip:192.0.2.1;lr>, <sip:198.51.100.7;lr>',
  'Route: "',
  'Expires: 0',
  'Expires: 99999999999',
  'Subscription-State: terminated',
  'Subscription-State: active;expires=60',
  'Retry-After: 3',
  'Max-Forwards: 0',
  'Max-Forwards: 1',
  'Proxy-Require: x',
  'Timestamp: 5',
  'Event: presence',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKloop',
  'Via: nonsense',
  'To: <sip:x@y>;tag=chosen',
  'From: <sip:x@y>;tag=mine',
  'Call-ID: call-1',
  'CSeq: 5 INVITE',
  'CSeq: x',
  'Content-Type: application/sdp',
  '\r\nv=0\r\n',
  '\r\nbody of no known type',
] as const

const oddPayloads = [
  'sip||',
  'sip|a|b|c',
  'proxy|x',
  'proxy||||||',
  'route|INVITE',
  'remove_route|invite',
  'ping',
  'authenticate|no',
  'authenticate|secret|t1,t2',
  'route|cdr:start',
  'nonsense',
  '',
  '|',
  'sip|||\r\n',
  'sip|||sip:h\r\nINVITE',
  'response|x',
  'sip|||\r\nINVITE sip:198.51.100.7 SIP/2.0\r\nX\r\n\r\n',
  'proxy|x|a|b|c|d|9s|9ms|sip:198.51.100.7\r\n',
  `route|${'x'.repeat(40)}`,
]

const oddBytes = [
  '#',
  '0#',
  '5',
  '5#',
  '99999999999#',
  'GET / HTTP/1.1\r\n\r\n',
  '3#\xff\xfe\xfd',
  '10#0123456789',
  '-1#x',
]

const options = [
  '|||||',
  'remainInDialog|fullResponse|followRedirects|simultaneous|1s|2s',
  'remainInDialog|||||',
]
const sequentially = [
  '|fullResponse|followRedirects|||',
  'remainInDialog|fullResponse|||300ms|',
  '|fullResponse||simultaneous||',
]

/** What phones, proxies, applications and the clock may do to the engine. */
export function someStep(random: RandomSource): Step {
  const which = random.below(random.oneIn(3) ? 8 : 2)
  const app = random.below(8) === 0 ? 1 : 0
  const extra = random.list(random.oneIn(2) ? 0 : random.below(4), () => random.pick(extras))
  switch (random.below(34)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return {
        do: 'request',
        method: random.pick(methods),
        call: random.below(4),
        branch: random.oneIn(4) ? random.below(3) : random.below(10_000),
        port: random.pick(ports),
        transport: random.oneIn(3) ? 'tcp' : 'udp',
        toTag: random.oneIn(10) ? 'chosen' : '',
        extra,
      }
    case 4:
    case 5:
      return { do: 'again', which }
    case 6:
      return { do: 'cancel', which }
    case 7:
      return { do: 'flow-fails', which }
    case 8:
    case 9:
      return { do: 'ack', which, extra: random.oneIn(3) ? extra : [] }
    case 10:
    case 11:
      return { do: 'in-dialog', which, method: random.pick(dialogMethods), cseq: random.below(6), extra }
    case 12:
      return { do: 'from-callee', which, method: random.pick(dialogMethods), cseq: random.below(6), extra }
    case 13:
    case 14:
    case 15:
    case 16:
    case 17:
      return { do: 'answer', which, status: random.pick(statuses), tag: random.below(3), extra }
    case 18:
      return {
        do: 'mangled',
        which,
        at: random.below(900),
        piece: random.pick(['', '\r\n', ';', '"', '<', ' ', 'x', '\xff', ',']),
      }
    case 19:
      return {
        do: 'unreachable',
        port: random.pick(ports),
        how: random.pick(['refuses', 'silent', 'well', 'well']),
      }
    case 20:
      return { do: random.oneIn(3) ? 'app-leaves' : 'app-joins', app: random.below(2) }
    case 21:
    case 22:
    case 23:
    case 24:
      return { do: 'app-answers', app, which, status: random.pick(statuses), extra }
    case 25:
    case 26:
      return {
        do: 'app-sends',
        app,
        method: random.pick(random.oneIn(2) ? methods : dialogMethods),
        uri: someUri(random),
        dialog: random.oneIn(2) ? undefined : which,
        extra,
      }
    case 27:
      return { do: random.oneIn(3) ? 'app-cancels' : 'app-acks', app, which }
    case 28:
      return {
        do: 'app-proxies',
        app,
        which,
        options: random.pick(random.oneIn(2) ? options : sequentially),
        targets: random.list(1 + random.below(3), () => someUri(random)),
      }
    case 29:
      return random.oneIn(4)
        ? { do: 'app-bytes', app, bytes: random.pick(oddBytes) }
        : { do: 'app-frame', app, payload: random.pick(oddPayloads) }
    default:
      return { do: 'time', ms: random.pick([1, 50, 200, 500, 2_000, 8_000, 33_000, 70_000]) }
  }
}

const someUri = (random: RandomSource): string =>
  random.oneIn(6) ? random.pick(oddUris) : `sip:u@${random.pick(random.oneIn(2) ? hosts.slice(0, 2) : hosts)}`
