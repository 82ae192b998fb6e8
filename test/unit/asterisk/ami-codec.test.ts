import { describe, expect, it } from 'vitest'
import { type AmiMessage, printAction } from '../../../src/drivers/asterisk/ami-message.ts'
import { AmiReader } from '../../../src/drivers/asterisk/ami-reader.ts'
import { AmiTrouble } from '../../../src/drivers/asterisk/ami-trouble.ts'

const banner = 'Asterisk Call Manager/5.0.2\r\n'

function read(text: string | Buffer, bytesAtOnce = 10_000): AmiMessage[] {
  const reader = new AmiReader()
  const bytes = Buffer.from(text)
  const messages: AmiMessage[] = []
  for (let at = 0; at < bytes.length; at += bytesAtOnce)
    messages.push(...reader.push(bytes.subarray(at, at + bytesAtOnce)))
  return messages
}

describe('the manager interface on the wire', () => {
  it.each([1, 2, 7, 10_000])('is read the same in pieces of %i bytes', (bytesAtOnce) => {
    const text = `${banner}Response: Success\r\nActionID: 1\r\n\r\nEvent: Hangup\r\nCause: 17\r\nChannel: PJSIP/ä-1\r\n\r\n`
    const [response, event, ...others] = read(text, bytesAtOnce)
    expect([response?.event, response?.get('response')]).toEqual(['', 'Success'])
    expect([event?.event, event?.get('CHANNEL'), others.length]).toEqual(['Hangup', 'PJSIP/ä-1', 0])
  })

  it('reads back what it prints', () => {
    const action = printAction([
      ['Action', 'Originate'],
      ['Channel', 'Local/201@phones'],
      ['Variable', 'A=b: c'],
    ])
    const [message] = read(banner + action)
    expect(message?.get('Variable')).toBe('A=b: c')
    expect(message?.get('channel')).toBe('Local/201@phones')
  })

  it.each([
    ['a line feed', '201\nAction: Command'],
    ['a carriage return', '201\rx'],
    ['a NUL', '201\0'],
    ['what Asterisk would cut off', 'x'.repeat(2_000)],
  ])('refuses to send a value with %s', (_, value) => {
    expect(() => printAction([['Channel', value]])).toThrow(AmiTrouble)
  })

  it('refuses a header name that is none', () => {
    expect(() => printAction([['Action: Logoff\r\nX', 'y']])).toThrow(AmiTrouble)
  })

  it('knows channel variables of events', () => {
    const [message] = read(`${banner}Event: Hangup\r\nChanVariable: X=1\r\nChanVariable: CALL=a=b\r\n\r\n`)
    expect(message?.variable('CALL')).toBe('a=b')
    expect(message?.variable('X')).toBe('1')
    expect(message?.variable('Y')).toBeUndefined()
  })

  it('keeps the beginning of what is longer than anything that matters', () => {
    const [message] = read(`${banner}Event: ${'x'.repeat(5_000)}\r\nCause: 17\r\n\r\n`)
    expect([message?.event.length, message?.get('Cause')]).toEqual([1_017, '17'])
  })

  it('passes over lines that are no headers', () => {
    const [message] = read(`${banner}\r\n\r\ngarbage \xff\xfe\r\n: nothing\r\nEvent: A\r\nmore\r\n\r\n`)
    expect(message?.event).toBe('A')
  })

  it.each([
    ['another greeting', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a line without end', Buffer.alloc(40_000, 65)],
    ['a line without end after the greeting', banner + 'x'.repeat(40_000)],
    ['a message without end', banner + 'Header: value\r\n'.repeat(20_000)],
  ])('gives up on %s', (_, text) => {
    expect(() => read(text, 1_000)).toThrow(AmiTrouble)
  })
})
