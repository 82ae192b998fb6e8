import { describe, expect, it } from 'vitest'
import { SipRequest } from '../../../../src/engine/message/message.ts'
import { parseMessage, SipParseError } from '../../../../src/engine/message/parse.ts'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { parseUri } from '../../../../src/engine/message/uri.ts'
import { parseVia } from '../../../../src/engine/message/via.ts'
import { brokenMessages, otherBrokenMessages } from '../../../fixtures/torture/broken-messages.ts'
import * as odd from '../../../fixtures/torture/odd-messages.ts'

function refusalOf(data: Buffer): SipParseError {
  try {
    parseMessage(data)
  } catch (error) {
    if (error instanceof SipParseError) return error
    throw error
  }
  throw new Error('the message was accepted')
}

function request(data: Buffer): SipRequest {
  const message = parseMessage(data)
  if (!(message instanceof SipRequest)) throw new Error('not a request')
  return message
}

describe.each([
  ['RFC 4475', brokenMessages],
  ['other', otherBrokenMessages],
])('broken messages, %s', (_source, messages) => {
  it.each(messages)('refuses $name', ({ data, status, isAnswerable }) => {
    const error = refusalOf(data)
    expect(error.status).toBe(status)
    expect(error.partial !== undefined).toBe(isAnswerable)
  })

  it.each(messages.filter((entry) => entry.isAnswerable))('can answer $name', ({ data }) => {
    const { partial, status, reason } = refusalOf(data)
    const response = responseTo(partial as SipRequest, status, reason, { toTag: 'answer' })
    expect(response.toText()).toMatch(/^SIP\/2.0 (400|505) \S.*\r\nVia: SIP\/2.0\/UDP /s)
    expect(response.topVia.host).toBe(partial?.topVia.host)
  })
})

describe('odd messages of RFC 4475', () => {
  it('reads the tortuous INVITE', () => {
    const message = request(odd.tortuous)
    expect(message.uri).toBe('sip:vivian@carrier.example;odd=yes')
    expect(message.to).toMatchObject({ uri: 'sip:vivian@desk.example', tag: '19181Ab' })
    expect(message.from).toMatchObject({ displayName: 'J \\"Jay\\" R', tag: '98asjd8' })
    expect(message.maxForwards).toBe(68)
    expect(message.cseq).toEqual({ number: 9, method: 'INVITE' })
    expect(message.topVia).toMatchObject({ transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' })
    expect(message.values('via').map((via) => parseVia(via).branch)).toEqual([
      '390skdjuw',
      'z9hG4bK9ikj8',
      'z9hG4bK30239',
    ])
    expect(message.get('subject')).toBe('')
    expect(message.get('newfangledheader')).toBe('newfangled value continued newfangled value')
    expect(message.get('unknownheaderwithunusualvalue')).toBe(';;,,;;,;')
    expect(message.contacts[0]?.displayName).toBe('Quoted string ""')
    expect([...(message.contacts[0]?.params ?? [])]).toEqual([
      ['newparam', 'newvalue'],
      ['secondparam', true],
      ['q', '0.33'],
    ])
    expect(message.body.toString()).toBe('v=0\r\nx=y')
  })

  it('reads the wide range of valid characters and prints the same bytes', () => {
    const message = request(odd.wideRange)
    expect(message.method).toBe("!interesting-Method0123456789_*+`.%indeed'~")
    expect(message.from.displayName).toBe("token1~` token2'+_ token3*%!.-")
    expect(message.from.params.get("fromparam''~+*_!.-%")).toBe('раб')
    expect(message.from.tag).toBe("_token~1'+`*%!-.")
    expect(message.to.displayName).toBe('BEL:\u0007 NUL:\u0000 DEL:\u007F')
    expect(parseUri(message.uri).user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    expect(message.get("extensionheader-!.%*+_`'~")).toBe('\uFEFF大停電')
    message.set('subject', 'x')
    message.remove('subject')
    expect(message.toBuffer()).toEqual(odd.wideRange)
  })

  it('does not take escapes for syntax', () => {
    expect(parseUri(odd.escapedUri)).toMatchObject({ user: 'sips%3Auser%40example.com', host: 'example.net' })
    expect(request(odd.escapedNull).contacts.map((contact) => parseUri(contact.uri).user)).toEqual([
      '%00',
      '%00%00',
    ])
  })

  it('reads a display name that touches its bracket', () => {
    expect(request(odd.tightDisplayName).from).toMatchObject({ displayName: 'caller', tag: '323' })
  })

  it('reads the first of two requests in one datagram', () => {
    const message = request(odd.doubleRequest)
    expect(message.method).toBe('REGISTER')
    expect(message.toText()).not.toContain('INVITE')
  })

  it('keeps a semicolon in the user part', () => {
    expect(parseUri(request(odd.semicolonUser).uri)).toMatchObject({
      user: 'user;par=u%40example.net',
      host: 'example.com',
    })
  })

  it('reads Via of every transport', () => {
    const transports = request(odd.manyTransports)
      .values('via')
      .map((via) => parseVia(via).transport)
    expect(transports).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'])
  })

  it('reads reason phrases in other scripts, and empty ones', () => {
    expect(parseMessage(odd.wideReason)).toMatchObject({
      status: 200,
      reason: expect.stringContaining('девяносто'),
    })
    expect(parseMessage(odd.noReason)).toMatchObject({ status: 100, reason: '' })
  })

  it('reads blanks inside angle brackets', () => {
    expect(request(odd.blankInBrackets).to.uri).toBe('sip:t.watson@example.org')
  })

  it('reads a request of RFC 2543', () => {
    const message = request(odd.old)
    expect(message.topVia.branch).toBeUndefined()
    expect(message.from.tag).toBeUndefined()
    expect(message.maxForwards).toBeUndefined()
  })
})

describe('RFC 5118', () => {
  it('reads IPv6 references, and received with and without brackets', () => {
    const message = request(odd.sixReferences)
    const vias = message.values('via').map(parseVia)
    expect(vias[0]).toMatchObject({ host: '2001:db8::9:1', port: 5070, received: '2001:db8::9:255' })
    expect(vias[1]).toMatchObject({ host: '2001:db8::9:2', port: undefined, received: '2001:db8::9:254' })
    expect(parseUri(message.uri)).toMatchObject({ host: '2001:db8::10', user: undefined })
    expect(message.contacts[0]?.uri).toBe('sip:caller@[2001:db8::1]')
  })

  it('tells port and address apart by the brackets only', () => {
    expect(parseUri(odd.sixWithPort)).toMatchObject({ host: '2001:db8::10', port: 5070 })
    expect(parseUri(odd.sixAmbiguousPort)).toMatchObject({ host: '2001:db8::10:5070', port: undefined })
    expect(() => parseUri(odd.sixWithoutBrackets)).toThrow(SipParseError)
    expect(() => parseUri(odd.sixExtraColon)).toThrow(SipParseError)
    expect(parseUri(odd.sixMapped).host).toBe('::ffff:192.0.2.10')
  })
})
