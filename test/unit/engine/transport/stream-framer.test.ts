import { describe, expect, it } from 'vitest'
import { StreamFramer } from '../../../../src/engine/transport/stream-framer.ts'

const limits = { maxHeaderBytes: 1_000, maxMessageBytes: 2_000 }

function frameAll(chunks: readonly Buffer[]): string[] {
  const seen: string[] = []
  const framer = new StreamFramer(
    {
      onFrame: (message) => seen.push(message.toString('latin1')),
      onPing: () => seen.push('ping'),
      onBadFrame: (head, status, reason) => seen.push(`${status} ${reason} after ${head.length} bytes`),
    },
    limits,
  )
  for (const chunk of chunks) framer.push(chunk)
  if (framer.isPartial) seen.push('partial')
  return seen
}

const message = (body: string, field = 'Content-Length') =>
  `MESSAGE sip:bob@b SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n${field}: ${body.length}\r\n\r\n${body}`

const inPieces = (text: string, size: number) => {
  const data = Buffer.from(text, 'latin1')
  return Array.from({ length: Math.ceil(data.length / size) }, (_, n) =>
    data.subarray(n * size, (n + 1) * size),
  )
}

describe('framing of a stream', () => {
  const one = message('first\r\n\r\nbody')
  const two = message('', 'l')
  const three = message('third'.repeat(50), 'CONTENT-LENGTH ')

  it.each([1, 2, 3, 7, 64, 113, 10_000])('finds the same messages in segments of %i bytes', (size) => {
    const wire = `\r\n\r\n${one}\r\n\r\n${two}${three}\r\n\r\n`
    expect(frameAll(inPieces(wire, size))).toEqual(['ping', one, 'ping', two, three, 'ping'])
  })

  it('keeps a message apart from those that come after it in the same memory', () => {
    const held: Buffer[] = []
    const framer = new StreamFramer(
      {
        onFrame: (frame) => held.push(frame),
        onPing: () => undefined,
        onBadFrame: () => undefined,
      },
      limits,
    )
    for (const piece of inPieces(one + three + one, 5)) framer.push(piece)
    expect(held.map(String)).toEqual([one, three, one])
  })

  it('takes one blank line before a message as nothing', () => {
    expect(frameAll([Buffer.from(`\r\n${one}\r\n`), Buffer.from(one)])).toEqual([one, one])
  })

  it('reads a Content-Length that is folded', () => {
    const folded = 'X sip:b SIP/2.0\r\nContent-Length:\r\n 2\r\n\r\nhi'
    expect(frameAll([Buffer.from(folded)])).toEqual([folded])
  })

  it.each([
    ['no Content-Length', 'X sip:b SIP/2.0\r\nVia: a\r\n\r\n', '400 Missing Or Bad Content-Length'],
    ['a negative one', 'X sip:b SIP/2.0\r\nContent-Length: -1\r\n\r\n', '400 Missing Or Bad Content-Length'],
    ['two that differ', 'X sip:b SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\nab', '400 Missing Or Bad Content-Length'],
    ['a message over the limit', 'X sip:b SIP/2.0\r\nl: 5000\r\n\r\n', '513 Message Too Large'],
    ['a header without an end', `X sip:b SIP/2.0\r\nA: ${'x'.repeat(1_500)}`, '513 Header Too Large'],
    ['a bare CR', '\rX', '400 Bad Line End'],
  ])('gives up on %s and reads no further', (_, wire, verdict) => {
    const seen = frameAll([Buffer.from(wire), Buffer.from(one)])
    expect(seen).toHaveLength(1)
    expect(seen[0]).toContain(verdict)
  })

  it('says that a message is incomplete', () => {
    expect(frameAll([Buffer.from(one.slice(0, -1))])).toEqual(['partial'])
    expect(frameAll([Buffer.from(one.slice(0, 10))])).toEqual(['partial'])
  })
})
