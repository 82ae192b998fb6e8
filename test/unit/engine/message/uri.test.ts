import { describe, expect, it } from 'vitest'
import { SipParseError, UnsupportedScheme } from '../../../../src/engine/message/sip-parse-error.ts'
import { parseTelUri, printTelUri } from '../../../../src/engine/message/tel-uri.ts'
import { parseUri, printUri } from '../../../../src/engine/message/uri.ts'
import { sameUri } from '../../../../src/engine/message/uri-comparison.ts'

describe('parseUri', () => {
  it('reads every part', () => {
    const uri = parseUri('SIPS:alice;x=1?:secret@ATLANTA.example:5061;Transport=TCP;lr?Subject=a%20b&to=x')
    expect(uri).toMatchObject({
      scheme: 'sips',
      user: 'alice;x=1?',
      password: 'secret',
      host: 'atlanta.example',
      port: 5061,
      headers: 'Subject=a%20b&to=x',
    })
    expect([...uri.params]).toEqual([
      ['transport', 'TCP'],
      ['lr', true],
    ])
  })

  it('reads a bare host', () => {
    expect(parseUri('sip:b')).toMatchObject({
      user: undefined,
      host: 'b',
      port: undefined,
      headers: undefined,
    })
  })

  it.each([
    'sip:a@b',
    'sips:*72#@b.example:5061;user=phone',
    'sip:a:p@[2001:db8::1]:5060;lr?a=b',
    'sip:b;maddr=[::1]',
  ])('is the pair of printUri for %s', (text) => {
    expect(printUri(parseUri(text))).toBe(text)
  })

  it.each([
    '',
    'sip:',
    'sip:@b',
    'sip::p@b',
    'sip:a@',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a%2@b',
    'sip:a%zz@b',
    'sip:a@b:0',
    'sip:a@b:65536',
    'sip:a@b:x',
    'sip:a@b;',
    'sip:a@b;=x',
    'sip:a@b;x=1;x=2',
    'sip:a@[::1',
    'sip:a@[fe80::1%25eth0]',
    'sip:a@b/c',
    'nonsense',
  ])('refuses %j', (text) => {
    expect(() => parseUri(text)).toThrow(SipParseError)
  })

  it.each(['tel:+4930', 'http://a/b', 'nobodyKnowsThisScheme:x'])(
    'names the unsupported scheme of %s',
    (text) => {
      expect(() => parseUri(text)).toThrow(UnsupportedScheme)
      expect(() => parseUri(text)).toThrow(expect.objectContaining({ status: 416 }))
    },
  )
})

describe('sameUri', () => {
  // The pairs of RFC 3261 §19.1.4.
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@a.example?subject=project%20x&priority=urgent',
      'sip:alice@a.example?priority=urgent&Subject=project%20x',
    ],
  ])('%s is %s', (a, b) => {
    expect(sameUri(parseUri(a), parseUri(b))).toBe(true)
    expect(sameUri(parseUri(b), parseUri(a))).toBe(true)
  })

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b', 'sip:a:p@b'],
    ['sip:a%3Bx@b', 'sip:a;x@b'],
    ['sip:a@b;maddr=1.2.3.4', 'sip:a@b'],
  ])('%s is not %s', (a, b) => {
    expect(sameUri(parseUri(a), parseUri(b))).toBe(false)
    expect(sameUri(parseUri(b), parseUri(a))).toBe(false)
  })
})

describe('parseTelUri', () => {
  it('reads global and local numbers without their separators', () => {
    expect(parseTelUri('tel:+49-(30)-123.456')).toMatchObject({ number: '+4930123456', isGlobal: true })
    const local = parseTelUri('TEL:7042;phone-context=example.com')
    expect(local).toMatchObject({ number: '7042', isGlobal: false })
    expect(printTelUri(local)).toBe('tel:7042;phone-context=example.com')
  })

  it.each(['tel:', 'tel:+', 'tel:alice', 'tel:+49x', 'tel:12;'])('refuses %j', (text) => {
    expect(() => parseTelUri(text)).toThrow(SipParseError)
  })
})
