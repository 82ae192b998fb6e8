import { describe, expect, it } from 'vitest'
import { SipRequest, SipResponse } from '../../../../src/engine/message/message.ts'
import { parseMessage, SipParseError } from '../../../../src/engine/message/parse.ts'
import { message } from '../../../fixtures/torture/wire.ts'

const startLine = 'OPTIONS sip:user@example.net SIP/2.0'
const more = 'Route: <sip:one;lr>, "a, b" <sip:two;lr>\nRoute: <sip:three;lr>\nSubject: s\n'

const received = (): SipRequest => parseMessage(message({ startLine, more })) as SipRequest

describe('headers', () => {
  it('are read by line and by value', () => {
    expect(received().get('route')).toBe('<sip:one;lr>, "a, b" <sip:two;lr>')
    expect(received().getAll('route')).toHaveLength(2)
    expect(received().values('route')).toEqual(['<sip:one;lr>', '"a, b" <sip:two;lr>', '<sip:three;lr>'])
    expect(received().get('nothing')).toBeUndefined()
    expect(received().values('nothing')).toEqual([])
  })

  it('set puts one line in the place of the first', () => {
    const request = received()
    request.set('ROUTE', '<sip:new;lr>')
    expect(request.toText()).toContain(
      'CSeq: 7 OPTIONS\r\nRoute: <sip:new;lr>\r\nSubject: s\r\nContent-Length: 0',
    )
  })

  it('append goes behind the last of its name, prepend before the first', () => {
    const request = received()
    request.append('route', '<sip:last;lr>')
    request.prepend('r', '<sip:target>')
    request.prepend('Route', '<sip:first;lr>')
    expect(request.headerLines().map(({ key, value }) => (key === 'route' ? value : key))).toEqual([
      'refer-to',
      'via',
      'from',
      'to',
      'call-id',
      'cseq',
      '<sip:first;lr>',
      '<sip:one;lr>, "a, b" <sip:two;lr>',
      '<sip:three;lr>',
      '<sip:last;lr>',
      'subject',
    ])
  })

  it('remove takes all lines of a name', () => {
    const request = received()
    request.remove('route')
    expect(request.has('route')).toBe(false)
    expect(request.get('subject')).toBe('s')
  })

  it('removeFirstValue takes value after value', () => {
    const request = received()
    const taken = [1, 2, 3, 4].map(() => request.removeFirstValue('route'))
    expect(taken).toEqual(['<sip:one;lr>', '"a, b" <sip:two;lr>', '<sip:three;lr>', undefined])
    expect(request.has('route')).toBe(false)
  })

  it('replaceFirstValue leaves the values behind it', () => {
    const request = received()
    expect(request.replaceFirstValue('route', '<sip:zero;lr>')).toBe('<sip:one;lr>')
    expect(request.get('route')).toBe('<sip:zero;lr>, "a, b" <sip:two;lr>')
    expect(request.replaceFirstValue('path', '<sip:p>')).toBeUndefined()
    expect(request.has('path')).toBe(false)
  })

  it.each(['a\r\nRoute: <sip:evil>', 'a\nb', 'a\rb'])('refuse line breaks in a value', (value) => {
    expect(() => received().set('subject', value)).toThrow(SipParseError)
    expect(() => received().append('subject', value)).toThrow(SipParseError)
    expect(() => received().prepend('subject', value)).toThrow(SipParseError)
  })

  it('leave Content-Length to the printer', () => {
    const request = received()
    request.set('Content-Length', '99')
    request.append('l', '99')
    request.body = Buffer.from('Grüße')
    expect(request.toText()).toMatch(/Subject: s\r\nContent-Length: 7\r\n\r\nGrüße$/)
  })
})

describe('typed headers', () => {
  it('are read once', () => {
    const request = received()
    expect(request.from).toBe(request.from)
    expect(request.topVia).toBe(request.topVia)
    expect(request.contacts).toBe(request.contacts)
  })

  it('follow a change of their header, and only of theirs', () => {
    const request = received()
    const { from } = request
    expect(request.to.tag).toBeUndefined()
    request.set('to', '<sip:callee@example.net>;tag=t1')
    request.prepend('via', 'SIP/2.0/TCP proxy.example.net;branch=z9hG4bKp')
    request.set('cseq', '8 OPTIONS')
    request.append('contact', '<sip:c1>')
    expect(request.to.tag).toBe('t1')
    expect(request.topVia.host).toBe('proxy.example.net')
    expect(request.cseq.number).toBe(8)
    expect(request.contacts).toHaveLength(1)
    expect(request.from).toBe(from)
    request.removeFirstValue('via')
    expect(request.topVia.host).toBe('phone.example.org')
  })

  it('throw when the header is missing or malformed', () => {
    const request = new SipRequest('OPTIONS', 'sip:a@b', [['contact', 'nonsense']])
    expect(() => request.from).toThrow('400 Missing From Header')
    expect(() => request.contacts).toThrow(SipParseError)
  })

  it('tell the star of a REGISTER from an address', () => {
    expect(new SipRequest('REGISTER', 'sip:b', [['m', '*']]).contacts[0]?.isStar).toBe(true)
  })
})

describe('printing', () => {
  it('gives an untouched message back without a copy', () => {
    const data = message({ startLine, more, body: 'abc' })
    expect(parseMessage(data).toBuffer()).toBe(data)
  })

  it('gives what a change made of it', () => {
    const request = received()
    const before = request.toBuffer()
    request.uri = 'sip:other@example.net'
    expect(request.toText()).toBe(before.toString().replace('sip:user@', 'sip:other@'))
    request.method = 'INFO'
    expect(request.toText().startsWith('INFO sip:other@example.net SIP/2.0\r\n')).toBe(true)
    const response = new SipResponse(200, 'OK')
    response.toBuffer()
    response.status = 603
    response.reason = ''
    expect(response.toText()).toBe('SIP/2.0 603 \r\nContent-Length: 0\r\n\r\n')
  })

  it.each([
    ['a changed header', (request: SipRequest) => request.set('subject', 'other')],
    ['a removed header', (request: SipRequest) => request.remove('from')],
    ['a header in front', (request: SipRequest) => request.prepend('x-first', '1')],
    ['one behind', (request: SipRequest) => request.append('x-last', '1')],
  ])('writes every line once with %s', (_name, change) => {
    const request = received()
    change(request)
    const lines = request.headerLines().map(({ name, value }) => `${name}: ${value}`)
    expect(request.toText()).toBe([startLine, ...lines, 'Content-Length: 0', '', ''].join('\r\n'))
  })

  it('writes a message built from nothing', () => {
    const headers = new Map([
      ['v', 'SIP/2.0/UDP a;branch=z9hG4bK1'],
      ['x-Own', '1'],
    ])
    expect(new SipRequest('INFO', 'sip:a@b', headers, Buffer.from('x')).toText()).toBe(
      'INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nx-Own: 1\r\nContent-Length: 1\r\n\r\nx',
    )
  })

  it.each([
    ['IN FO', 'sip:a@b'],
    ['', 'sip:a@b'],
    ['INFO', 'sip:a@b SIP/2.0\r\nVia: evil'],
    ['INFO', 'nonsense'],
  ])('refuses the start line %j %j', (method, uri) => {
    expect(() => new SipRequest(method, uri)).toThrow(SipParseError)
  })

  it.each([99, 700, 200.5, Number.NaN])('refuses status %d', (status) => {
    expect(() => new SipResponse(status, '')).toThrow(SipParseError)
  })
})

describe('clone', () => {
  it('prints the same and goes its own way', () => {
    const request = received()
    const copy = request.clone()
    expect(copy.toBuffer()).toEqual(request.toBuffer())
    copy.set('subject', 'copy')
    copy.uri = 'sip:copy@example.net'
    copy.body = Buffer.from('copy')
    expect(request.toBuffer()).toEqual(message({ startLine, more }))
    expect(copy.toText()).toContain('Subject: copy')
    request.remove('route')
    expect(copy.getAll('route')).toHaveLength(2)
  })
})
