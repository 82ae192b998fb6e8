import { describe, expect, it } from 'vitest'
import { SipRequest, SipResponse } from '../../../../src/engine/message/message.ts'
import { defaultMessageLimits } from '../../../../src/engine/message/message-limits.ts'
import { parseMessage, SipParseError } from '../../../../src/engine/message/parse.ts'
import { message, wire } from '../../../fixtures/torture/wire.ts'

const repetitions = 200
const startLine = 'OPTIONS sip:user@example.net SIP/2.0'

function refusalOf(data: Buffer): SipParseError {
  try {
    parseMessage(data)
  } catch (error) {
    if (error instanceof SipParseError) return error
  }
  throw new Error('the message was not refused')
}

describe('parseMessage', () => {
  it('tells requests from responses', () => {
    const request = parseMessage(message({ startLine }))
    expect(request).toBeInstanceOf(SipRequest)
    expect(request).toMatchObject({ isRequest: true, method: 'OPTIONS', uri: 'sip:user@example.net' })
    const response = parseMessage(message({ startLine: 'SIP/2.0 183 Session Progress', cseq: '1 INVITE' }))
    expect(response).toBeInstanceOf(SipResponse)
    expect(response).toMatchObject({ isRequest: false, status: 183, reason: 'Session Progress' })
  })

  it('knows compact names and any case, and prints the registered spelling', () => {
    const parsed = parseMessage(
      message({ startLine, more: 'k: timer\nUSER-AGENT: a\nsubject: b\nX-Own: c\nl: 0\n' }),
    )
    expect(parsed.headerLines().slice(-4)).toMatchObject([
      { key: 'supported', name: 'Supported', value: 'timer' },
      { key: 'user-agent', name: 'User-Agent', value: 'a' },
      { key: 'subject', name: 'Subject', value: 'b' },
      { key: 'x-own', name: 'X-Own', value: 'c' },
    ])
    expect(parsed.toText()).toContain(
      'Supported: timer\r\nUser-Agent: a\r\nSubject: b\r\nX-Own: c\r\nContent-Length: 0',
    )
  })

  it('joins folded lines with one space', () => {
    const parsed = parseMessage(message({ startLine, more: 'Subject: one\n\t two  \n three\n' }))
    expect(parsed.get('subject')).toBe('one two three')
    expect(parsed.toText()).toContain('Subject: one two three\r\n')
  })

  it('accepts bare line feeds and prints CRLF', () => {
    const parsed = parseMessage(
      Buffer.from(message({ startLine, body: 'v=0' }).toString().replaceAll('\r', '')),
    )
    expect(parsed.toBuffer()).toEqual(message({ startLine, body: 'v=0' }))
  })

  it('ignores empty lines before the start line', () => {
    const parsed = parseMessage(Buffer.concat([wire('\n\n'), message({ startLine })]))
    expect(parsed.toBuffer()).toEqual(message({ startLine }))
  })

  it('takes the rest of a datagram as the body when there is no Content-Length', () => {
    const data = Buffer.from(
      message({ startLine, body: 'abc' })
        .toString()
        .replace(/Content-Length.*\r\n/, ''),
    )
    const parsed = parseMessage(data)
    expect(parsed.contentLength).toBeUndefined()
    expect(parsed.body.toString()).toBe('abc')
    expect(parsed.toBuffer()).toEqual(message({ startLine, body: 'abc' }))
  })

  it('cuts what follows the Content-Length', () => {
    const parsed = parseMessage(message({ startLine, more: 'Content-Length: 2\n', body: 'abc' }))
    expect(parsed.body.toString()).toBe('ab')
    expect(parsed.toText().endsWith('Content-Length: 2\r\n\r\nab')).toBe(true)
  })

  it('does not copy the body', () => {
    const data = message({ startLine, body: 'abc' })
    expect(parseMessage(data).body.buffer).toBe(data.buffer)
  })

  it('leaves a body of any bytes alone', () => {
    const body = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xc3])
    const head = Buffer.from(
      message({ startLine, from: '"Åsa" <sip:å@b>;tag=1' }).toString().replace('th: 0', 'th: 5'),
    )
    const parsed = parseMessage(Buffer.concat([head, body]))
    expect(parsed.from.displayName).toBe('Åsa')
    expect(parsed.body).toEqual(body)
    parsed.set('subject', 'Größe')
    expect(parseMessage(parsed.toBuffer()).body).toEqual(body)
    expect(parseMessage(parsed.toBuffer()).get('subject')).toBe('Größe')
  })

  it('reads a head that is not UTF-8 as Latin-1', () => {
    const parsed = parseMessage(
      Buffer.from(message({ startLine, from: '"Åsa" <sip:a@b>;tag=1' }).toString(), 'latin1'),
    )
    expect(parsed.from.displayName).toBe('Åsa')
    parsed.remove('subject')
    parsed.set('subject', 'x')
    expect(parsed.toBuffer().includes(Buffer.from('Åsa', 'utf8'))).toBe(true)
  })

  it('keeps no-break spaces, which are no blanks of SIP', () => {
    expect(parseMessage(message({ startLine, more: 'Subject: \u00a0a\u00a0 \n' })).get('subject')).toBe(
      '\u00a0a\u00a0',
    )
  })
})

describe('limits', () => {
  const { headBytes, headerLines, lineLength } = defaultMessageLimits

  it('accepts a message at the limits', () => {
    const more = 'X: y\n'.repeat(headerLines - 6)
    expect(parseMessage(message({ startLine, more })).headerLines()).toHaveLength(headerLines - 1)
    const name = 'Subject: '
    expect(
      parseMessage(message({ startLine, more: `${name}${'s'.repeat(lineLength - name.length)}\n` })).has(
        'subject',
      ),
    ).toBe(true)
  })

  it.each([
    ['too many lines', 'X: y\n'.repeat(headerLines - 4)],
    ['a line too long', `Subject: ${'s'.repeat(lineLength)}\n`],
    ['a folded line too long', `Subject: s\n${' ssssssss\n'.repeat(lineLength / 9 + 1)}`],
    ['too many bytes', `Subject: ${'s'.repeat(lineLength / 2)}\n`.repeat((headBytes / lineLength) * 2)],
  ])('answers 513 to %s', (_name, more) => {
    const error = refusalOf(message({ startLine, more }))
    expect(error).toMatchObject({ status: 513, reason: 'Message Too Large' })
    expect(error.partial?.callId).toBe('torture@example.org')
  })

  it('does not count the body', () => {
    expect(parseMessage(message({ startLine, body: 'x'.repeat(headBytes) })).body).toHaveLength(headBytes)
  })

  it.each([
    ['blanks in the start line', `A${' '.repeat(8000)}B`],
    ['folds of blanks', `${startLine}\nSubject: x${`${' '.repeat(4000)}\n `.repeat(15)}`],
    ['openings', `${startLine}\nVia: SIP/2.0/UDP ${'(<,"'.repeat(2000)}\n\n`],
    [
      'parameters',
      `${startLine}\nFrom: <sip:a@b>${Array.from({ length: 1500 }, (_, i) => `;p${i}`).join('')}\n\n`,
    ],
    ['bytes beyond ASCII', '\u00c3'.repeat(30_000)],
  ])('refuses a heap of %s in work that grows with its length, not with the square', (_name, text) => {
    // Some ten million steps when linear; were it the square, many thousand million, far beyond the time of a test.
    const data = wire(text)
    for (let i = 0; i < repetitions; i++) refusalOf(data)
  })
})
