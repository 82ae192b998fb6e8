import { describe, expect, it } from 'vitest'
import { AppFrameError, readAppFrame } from '../../../../src/engine/control/app-frame.ts'

const read = (text: string) => readAppFrame(Buffer.from(text))

describe('what an application says', () => {
  it('authenticates with tags, or without', () => {
    expect(read('1|authenticate|cymru|gw,alpha')).toMatchObject({ secret: 'cymru', tags: ['gw', 'alpha'] })
    expect(read('1|authenticate|cymru|')).toMatchObject({ secret: 'cymru', tags: [] })
    expect(read('1|authenticate|cymru')).toMatchObject({ secret: 'cymru', tags: [] })
  })

  it('routes a verb, in any case of letters', () => {
    expect(read('1|route|INVITE')).toEqual({ type: 'route', id: '1', verb: 'invite' })
    expect(read('1|remove_route|cdr:stop')).toEqual({ type: 'remove_route', id: '1', verb: 'cdr:stop' })
  })

  it('sends a message, with the ids that are there', () => {
    const frame = read('1|sip||abc;from-tag=1|sip:127.0.0.1\r\nBYE sip:x SIP/2.0\r\n\r\n')
    expect(frame).toMatchObject({
      type: 'sip',
      transactionId: '',
      dialogId: 'abc;from-tag=1',
      routeUri: 'sip:127.0.0.1',
    })
    expect(frame.type === 'sip' && frame.text.toString()).toBe('BYE sip:x SIP/2.0\r\n\r\n')
  })

  it('proxies with times in milliseconds or seconds', () => {
    const order = 'remainInDialog|fullResponse||simultaneous|800ms|2s|sip:a@x|sip:b@x'
    expect(read(`1|proxy|T|${order}\r\nINVITE sip:a@x SIP/2.0\r\n\r\n`)).toMatchObject({
      recordRoute: true,
      fullResponse: true,
      followRedirects: false,
      isParallel: true,
      provisionalTimeoutMs: 800,
      finalTimeoutMs: 2_000,
      targets: ['sip:a@x', 'sip:b@x'],
    })
  })

  it.each([
    ['1', 'Invalid message format'],
    ['1|sip|T', 'Invalid message format'],
    ['1|sip||', 'Invalid message format'],
    ['1|route|', 'Invalid message format'],
    ['1|dance', 'Unknown message type'],
    ['1|proxy||||||||sip:x', 'transaction id missing'],
    ['1|proxy|T|||||soon||sip:x', 'Invalid message format'],
  ])('is refused as %s', (text, reason) => {
    expect(() => read(text)).toThrow(new AppFrameError('1', reason))
  })
})
