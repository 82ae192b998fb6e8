import { describe, expect, it } from 'vitest'
import { ownContact, readAppHeaders } from '../../../../src/engine/control/app-headers.ts'
import { readDraft } from '../../../../src/engine/control/draft.ts'
import { completeNewRequest, RequestRefused } from '../../../../src/engine/control/new-request.ts'
import type { SipRequest } from '../../../../src/engine/message/message.ts'
import type { ListeningPoint } from '../../../../src/engine/transport/flow.ts'

const udp: ListeningPoint = {
  transport: 'udp',
  address: '0.0.0.0',
  port: 5060,
  advertisedHost: '192.0.2.1',
  advertisedPort: 5070,
}
const tcp6: ListeningPoint = { ...udp, transport: 'tcp', advertisedHost: '2001:db8::1' }

const draft = (lines: readonly string[], body = ''): SipRequest =>
  readDraft(
    Buffer.from(
      `${['INVITE sip:bob@far.example;transport=tcp;user=phone SIP/2.0', ...lines].join('\r\n')}\r\n\r\n${body}`,
    ),
  ) as SipRequest

const contactOf = (value: string, point: ListeningPoint): string | undefined =>
  readAppHeaders(draft([`contact: ${value}`]), point).contacts[0]?.value

describe('localhost in what an application writes', () => {
  it.each([
    ['sip:me@localhost', 'sip:me@192.0.2.1:5070'],
    ['"localhost" <sip:me@localhost:5060;ob>', '"localhost" <sip:me@192.0.2.1:5070;ob>'],
    ['sip:localhost', 'sip:192.0.2.1:5070'],
    ['sip:me@localhost.example', 'sip:me@localhost.example'],
  ])('From %s', (written, sent) => {
    expect(readAppHeaders(draft([`from: ${written}`]), udp).from).toBe(sent)
  })

  it('brings the transport into a Contact, as the URI’s parameter', () => {
    expect(contactOf('sip:me@localhost', udp)).toBe('sip:me@192.0.2.1:5070')
    expect(contactOf('sip:me@localhost;expires=60', tcp6)).toBe(
      '<sip:me@[2001:db8::1]:5070;transport=tcp>;expires=60',
    )
    expect(contactOf('<sip:me@localhost;ob>', tcp6)).toBe('<sip:me@[2001:db8::1]:5070;transport=tcp;ob>')
    expect(contactOf('<sip:me@localhost;transport=tls>', tcp6)).toBe(
      '<sip:me@[2001:db8::1]:5070;transport=tls>',
    )
  })
})

it('names our own Contact after the listening point', () => {
  expect(ownContact(udp).value).toBe('<sip:192.0.2.1:5070>')
  expect(ownContact(tcp6).value).toBe('<sip:[2001:db8::1]:5070;transport=tcp>')
})

describe('a new request', () => {
  it('is completed where the application left something out', () => {
    const request = completeNewRequest(draft([], 'v=0\r\n'), udp)
    expect(request.get('from')).toMatch(/^<sip:192\.0\.2\.1:5070>;tag=\w+$/)
    expect(request.get('to')).toBe('<sip:bob@far.example;user=phone>')
    expect(request.cseq.method).toBe('INVITE')
    expect(request.cseq.number).toBeLessThan(2 ** 31)
    expect(request.get('contact')).toBe('<sip:192.0.2.1:5070>')
    expect(request.get('content-type')).toBe('application/sdp')
    expect(request.maxForwards).toBe(70)
  })

  it('keeps the identity of a request that answers a challenge', () => {
    const lines = ['call-id: same', 'CSeq: 42 INVITE', 'From: <sip:me@x>;tag=mine']
    const request = completeNewRequest(draft(lines), udp)
    expect([request.callId, request.cseq.number, request.from.tag]).toEqual(['same', 42, 'mine'])
  })

  it('spells the names of headers nobody knows', () => {
    const request = completeNewRequest(
      draft(['x-my-header: 1', 'X-as-IS: 2', 'p-asserted-identity: <sip:me@localhost>']),
      udp,
    )
    const names = request.headerLines().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['X-My-Header', 'X-as-IS', 'P-Asserted-Identity']))
    expect(request.get('p-asserted-identity')).toBe('<sip:me@192.0.2.1:5070>')
  })

  it('names the engine in place of localhost, however the header was written', () => {
    const request = completeNewRequest(
      draft(['P-Asserted-Identity: <sip:me@localhost>', 'Contact: <sip:me@localhost>']),
      udp,
    )
    expect(request.toBuffer().toString()).not.toContain('localhost')
  })

  it('is refused with a body of which nothing is known', () => {
    expect(() => completeNewRequest(draft([], 'hello'), udp)).toThrow(
      new RequestRefused('missing content-type'),
    )
  })
})
