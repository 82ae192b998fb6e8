import { brokenMessages, otherBrokenMessages } from '../fixtures/torture/broken-messages.ts'
import * as odd from '../fixtures/torture/odd-messages.ts'
import type { RandomSource } from './random-source.ts'

const usual = [
  'INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5070;rport;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: "A" <sip:a@a.example>;tag=1\r\nTo: <sip:bob@b.example>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.9:5070>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n',
  'REGISTER sip:b.example SIP/2.0\r\nv: SIP/2.0/TCP [2001:db8::9];branch=z9hG4bK2, SIP/2.0/TLS h.example\r\nMax-Forwards: 1\r\nf: sip:a@b.example;tag=2\r\nt: sip:a@b.example\r\ni: c2@h\r\nCSeq: 2 REGISTER\r\nm: <sip:a@[2001:db8::9];ob>;expires=60;q=0.5, "x, y" <sips:z@h>\r\nl: 0\r\n\r\n',
  'SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK3;received=192.0.2.1;rport=5060\r\nFrom: <sip:a@a>;tag=3\r\nTo: <sip:b@b>;tag=4\r\nCall-ID: c3\r\nCSeq: 3 INVITE\r\nRecord-Route: <sip:p;lr>, <sip:q;lr>\r\nRequire: 100rel\r\nRSeq: 7\r\n\r\n',
].map((text) => Buffer.from(text))

const seeds: readonly Buffer[] = [
  ...usual,
  ...Object.values(odd).filter((value) => Buffer.isBuffer(value)),
  ...[...brokenMessages, ...otherBrokenMessages].map(({ data }) => data),
]

const syntax = ['\r\n', '\n', '\r', ' ', '\t', ';', ',', ':', '"', '\\', '<', '>', '(', '[', ']', '%', '=']
const more = ['@', '?', '/', '\0', '\u00c3\u00a9', '\xff', '4294967296', '-1', '\r\n ', '\r\n\r\n', ';tag=x']
const lines = ['Via', 'v', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length', 'l', 'Contact', 'Route', 'X-Y']
const pieces = [...syntax, ...more]

/** A message that was sound, or odd, before a few changes were made; each character is one byte. */
export function mutatedMessage(random: RandomSource): string {
  let text = random.pick(seeds).toString('latin1')
  for (let changes = random.below(5); changes > 0; changes--) text = mutated(text, random)
  return text
}

/** One change: of characters, of whole lines, or of pieces of other messages. */
export function mutated(text: string, random: RandomSource): string {
  const at = random.below(text.length + 1)
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at) + text.slice(at + random.below(12))
    case 1:
      return onLines(text, (all, n) => all.toSpliced(n, 0, all[n] ?? ''))
    case 2:
      return onLines(text, (all, n) => all.toSpliced(n, 1))
    case 3:
      return onLines(text, (all, n) => all.toSpliced(n, 0, `${random.pick(lines)}: ${random.pick(pieces)}`))
    case 4: {
      const other = random.pick(seeds).toString('latin1')
      const from = random.below(other.length)
      return text.slice(0, at) + other.slice(from, from + random.below(80)) + text.slice(at)
    }
    case 5:
      return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1)
    default:
      return text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(2))
  }

  function onLines(whole: string, change: (all: string[], n: number) => string[]): string {
    const all = whole.split('\r\n')
    return change(all, 1 + random.below(all.length)).join('\r\n')
  }
}

/** A message in which some piece comes again and again: what would cost a careless reader its time. */
export function pumpedMessage(random: RandomSource): string {
  const text = mutatedMessage(random)
  const at = random.below(text.length + 1)
  const piece = random.oneIn(3)
    ? random.pick(pieces)
    : text.slice(at, at + 1 + random.below(20)) || random.pick(pieces)
  return text.slice(0, at) + piece.repeat(Math.ceil(60_000 / piece.length)) + text.slice(at)
}
