import { describe, expect, it } from 'vitest'
import { newBranch, newCallId, newTag } from '../../../../src/engine/message/identifiers.ts'
import type { SipRequest } from '../../../../src/engine/message/message.ts'
import { parseMessage } from '../../../../src/engine/message/parse.ts'
import { reasonPhrase, responseTo } from '../../../../src/engine/message/response.ts'
import { message } from '../../../fixtures/torture/wire.ts'

const startLine = 'INVITE sip:user@example.net SIP/2.0'
const more =
  'Via: SIP/2.0/TCP second.example.org;branch=z9hG4bK2\nTimestamp: 54\nSubject: s\nRoute: <sip:r;lr>\n'
const invite = (to = '<sip:callee@example.net>'): SipRequest =>
  parseMessage(message({ startLine, more, to, body: 'v=0' })) as SipRequest

describe('responseTo', () => {
  it('copies what RFC 3261 §8.2.6.2 names and nothing else', () => {
    expect(responseTo(invite(), 486, undefined, { toTag: 't1' }).toText().split('\r\n')).toEqual([
      'SIP/2.0 486 Busy Here',
      'Via: SIP/2.0/UDP phone.example.org;branch=z9hG4bKtorture',
      'From: <sip:caller@example.org>;tag=f1',
      'To: <sip:callee@example.net>;tag=t1',
      'Call-ID: torture@example.org',
      'CSeq: 7 INVITE',
      'Via: SIP/2.0/TCP second.example.org;branch=z9hG4bK2',
      'Content-Length: 0',
      '',
      '',
    ])
  })

  it('copies Timestamp into a 100', () => {
    expect(responseTo(invite(), 100).get('timestamp')).toBe('54')
  })

  it('gives a To tag without a value one, so that the header can still be read', () => {
    const request = invite('"Bo;tag" <sip:callee@example.net;tag>;x=1;tag;y')
    const { to } = responseTo(request, 200, undefined, { toTag: 'ours' })
    expect([to.displayName, to.uri, to.tag]).toEqual(['Bo;tag', 'sip:callee@example.net;tag', 'ours'])
    expect([...to.params]).toEqual([
      ['x', '1'],
      ['tag', 'ours'],
      ['y', true],
    ])
  })

  it('leaves a To tag that is there', () => {
    const request = invite('<sip:callee@example.net>;tag=theirs')
    expect(responseTo(request, 200, 'Fine', { toTag: 'ours' })).toMatchObject({
      reason: 'Fine',
      to: { tag: 'theirs' },
    })
  })

  it('tags a To without brackets as a header, not as a URI', () => {
    expect(responseTo(invite('sip:callee@example.net'), 200, undefined, { toTag: 'ours' }).to).toMatchObject({
      uri: 'sip:callee@example.net',
      tag: 'ours',
    })
  })

  it('does not touch the request', () => {
    const request = invite()
    const response = responseTo(request, 200, undefined, { toTag: 't1' })
    response.removeFirstValue('via')
    expect(request.to.tag).toBeUndefined()
    expect(request.getAll('via')).toHaveLength(2)
  })
})

describe('reasonPhrase', () => {
  it('knows the registered codes and names the class of others', () => {
    expect([reasonPhrase(481), reasonPhrase(499), reasonPhrase(699)]).toEqual([
      'Call/Transaction Does Not Exist',
      'Bad Request',
      'Global Failure',
    ])
  })
})

describe('identifiers', () => {
  it('are unique, in one case, and branches carry the magic cookie', () => {
    const count = 2000
    expect(new Set(Array.from({ length: count }, newTag)).size).toBe(count)
    expect(new Set(Array.from({ length: count }, newCallId)).size).toBe(count)
    expect(newBranch()).toMatch(/^z9hG4bK[a-z2-7]{12}$/)
    expect(newCallId()).toMatch(/^[a-z2-7]{24}$/)
  })
})
