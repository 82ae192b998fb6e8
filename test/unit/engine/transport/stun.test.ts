import { describe, expect, it } from 'vitest'
import { isStun, stunAnswerTo } from '../../../../src/engine/transport/stun.ts'

const transaction = 'b7e7a701bc34d686fa87dfae'
const request = Buffer.from(`000100002112a442${transaction}`, 'hex')
const withAttribute = (type: string) =>
  Buffer.from(`000100082112a442${transaction}${type}000461626364`, 'hex')

describe('a STUN keep-alive', () => {
  // Addresses and transaction of RFC 5769 §2.2 and §2.3.
  it.each([
    ['IPv4', '192.0.2.1', '002000080001a147e112a643'],
    ['IPv6', '2001:db8:1234:5678:11:2233:4455:6677', '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9'],
  ])('is told where it came from over %s', (_, address, attribute) => {
    const answer = stunAnswerTo(request, address, 32853)?.toString('hex') ?? ''
    expect(answer.slice(8, 40)).toBe(`2112a442${transaction}`)
    expect(answer.slice(0, 4)).toBe('0101')
    expect(Number.parseInt(answer.slice(4, 8), 16)).toBe(attribute.length / 2)
    expect(answer.slice(40)).toBe(attribute)
  })

  it('comes from shortened addresses too', () => {
    const answer = (address: string) => stunAnswerTo(request, address, 5060)
    expect(answer('2001:db8::7')).toEqual(answer('2001:db8:0:0:0:0:0:7'))
    expect(answer('::1')).toEqual(answer('0:0:0:0:0:0:0:1'))
    expect(answer('fe80::1%eth0')).toEqual(answer('fe80:0:0:0:0:0:0:1'))
    expect(answer('::ffff:192.0.2.1')).toEqual(answer('0:0:0:0:0:ffff:c000:201'))
  })

  it('may carry what need not be understood, and nothing else', () => {
    expect(stunAnswerTo(withAttribute('8022'), '192.0.2.1', 5060)).toBeDefined()
    expect(stunAnswerTo(withAttribute('0006'), '192.0.2.1', 5060)).toBeUndefined()
  })

  it('is not answered when it is an answer itself: two boxes would never end', () => {
    const answer = stunAnswerTo(request, '192.0.2.1', 5060) ?? Buffer.alloc(0)
    expect(isStun(answer)).toBe(true)
    expect(stunAnswerTo(answer, '192.0.2.1', 5060)).toBeUndefined()
  })

  it.each([
    ['a SIP request', Buffer.from('OPTIONS sip:a@b SIP/2.0\r\n')],
    ['zeros', Buffer.alloc(24)],
    ['too short', request.subarray(0, 19)],
    ['longer than it says', Buffer.concat([request, Buffer.alloc(4)])],
  ])('is not %s', (_, data) => {
    expect(isStun(data)).toBe(false)
  })
})
