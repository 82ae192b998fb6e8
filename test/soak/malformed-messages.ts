import { invalidMessages } from '../fixtures/torture/rfc4475-invalid.ts'
import { meaningMessages } from '../fixtures/torture/rfc4475-meaning.ts'
import { validMessages } from '../fixtures/torture/rfc4475-valid.ts'
import { ipv6Messages } from '../fixtures/torture/rfc5118.ts'
import { mutated } from '../fuzz/mutated-message.ts'
import type { RandomSource } from '../fuzz/random-source.ts'

export type MalformedKind = 'mutated' | 'torture' | 'garbage' | 'stream'

export interface MalformedMessage {
  readonly kind: MalformedKind
  readonly data: Buffer
}

export interface Attack {
  readonly domain: string
  /** User whose phone the calls are for that get through all the same. */
  readonly victim: string
}

const torture = [...validMessages, ...invalidMessages, ...meaningMessages, ...ipv6Messages]
const methods = [
  'INVITE',
  'INVITE',
  'REGISTER',
  'OPTIONS',
  'BYE',
  'CANCEL',
  'ACK',
  'SUBSCRIBE',
  'PRACK',
  'UPDATE',
]
const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.1.1\r\ns=-\r\nc=IN IP4 127.0.1.1\r\nt=0 0\r\nm=audio 41000 RTP/AVP 8\r\n'

/** What nobody should send: half of it real messages with something wrong in them. `stream` is for TCP. */
export function malformedMessage(random: RandomSource, attack: Attack): MalformedMessage {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'torture', data: random.pick(torture).data }
    case 3:
      return {
        kind: 'garbage',
        data: Buffer.from(random.list(1 + random.below(1_400), () => random.below(256))),
      }
    case 4:
    case 5: {
      const whole = broken(random, attack)
      return { kind: 'stream', data: whole.subarray(0, 1 + random.below(whole.length)) }
    }
    default:
      return { kind: 'mutated', data: broken(random, attack) }
  }
}

function broken(random: RandomSource, attack: Attack): Buffer {
  let text = random.oneIn(6) ? response(random) : request(random, attack)
  for (let changes = 1 + random.below(4); changes > 0; changes--) text = mutated(text, random)
  return Buffer.from(text, 'latin1')
}

function request(random: RandomSource, { domain, victim }: Attack): string {
  const method = random.pick(methods)
  const id = identifier(random)
  const body = method === 'INVITE' ? sdp : ''
  return [
    `${method} sip:${victim}@${domain} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.1.1:5070;rport;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: "Eve" <sip:eve@elsewhere.test>;tag=${id}`,
    `To: <sip:${victim}@${domain}>${random.oneIn(4) ? `;tag=${identifier(random)}` : ''}`,
    `Call-ID: ${id}`,
    `CSeq: ${1 + random.below(9)} ${method}`,
    'Contact: <sip:eve@127.0.1.1:5070>',
    'Supported: 100rel, timer, path',
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

function response(random: RandomSource): string {
  const id = identifier(random)
  return [
    `SIP/2.0 ${random.pick(['100', '180', '200', '302', '401', '487', '503'])} Whatever`,
    `Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK${id}`,
    `From: <sip:201@elsewhere.test>;tag=${id}`,
    `To: <sip:202@elsewhere.test>;tag=${identifier(random)}`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${random.pick(methods)}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

const identifier = (random: RandomSource): string => random.below(2 ** 32).toString(36)
