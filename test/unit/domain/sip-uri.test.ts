import { describe, expect, it } from 'vitest'
import { parseDialledUri, parseHostPort } from '../../../src/domain/sip-uri.ts'

function brief(text: string): string {
  const uri = parseDialledUri(text)
  if (!uri) return 'none'
  if (uri.scheme === 'tel') return `tel ${uri.number} ${[...uri.parameters].join(' ')}`.trim()
  return `${uri.scheme} ${uri.user}|${uri.host}|${uri.port ?? ''} ${[...uri.parameters].join(' ')}`.trim()
}

describe('a dialled URI', () => {
  it.each([
    ['sip:201@Site-A.example', 'sip 201|site-a.example|'],
    ['sips:a%20b:secret@h:5061;transport=TCP;lr', 'sips a b|h|5061 transport,TCP lr,'],
    ['sip:[2001:DB8::1]:5060', 'sip |[2001:db8::1]|5060'],
    ['"Ann \\" <x>" <sip:ann@h>;tag=1', 'sip ann|h|'],
    ['Ann <sip:ann@h;user=phone>;tag=1', 'sip ann|h| user,phone'],
    ['sip:+4930;phone-context=x@h;user=phone', 'sip +4930|h| user,phone'],
    ['sip:weird;name@h', 'sip weird;name|h|'],
    ['sip:a@h?Subject=x', 'sip a|h|'],
    ['tel:+49-30-123', 'tel +49-30-123'],
    ['tel:201;phone-context=site-a.example', 'tel 201 phone-context,site-a.example'],
    ['sip:%zz@h', 'none'],
    ['http://h', 'none'],
    ['sip:a@h@i', 'none'],
  ])('%s reads as %s', (text, expected) => {
    expect(brief(text)).toBe(expected)
  })

  it.each([
    ['192.0.2.1', '192.0.2.1', undefined],
    ['PBX.example:5070', 'pbx.example', 5070],
    ['2001:db8::1', '[2001:db8::1]', undefined],
    ['[2001:db8::1]:5070', '[2001:db8::1]', 5070],
  ])('a server written %s is %s port %s', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port })
  })
})
