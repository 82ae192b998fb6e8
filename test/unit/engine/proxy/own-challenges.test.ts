import { expect, test } from 'vitest'
import { SipRequest, SipResponse } from '../../../../src/engine/message/message.ts'
import { OwnChallenges } from '../../../../src/engine/proxy/own-challenges.ts'

const ours = 'Digest username="anna", realm="town \\"A\\"", nonce="1", uri="sip:b", response="2"'
const theirs = 'Digest username="anna", realm="carrier.example", nonce="1", uri="sip:b", response="2"'

function challenged(status: number, header: string, value: string): OwnChallenges {
  const challenges = new OwnChallenges()
  challenges.learn(new SipResponse(status, 'Who?', [[header, value]]))
  return challenges
}

function forwarded(challenges: OwnChallenges): SipRequest {
  const request = new SipRequest('INVITE', 'sip:b@town.example', [
    ['Proxy-Authorization', ours],
    ['Proxy-Authorization', theirs],
    ['Authorization', ours],
    ['Subject', 'realm="town"'],
  ])
  challenges.consume(request)
  return request
}

test.each([
  [407, 'Proxy-Authenticate'],
  [401, 'WWW-Authenticate'],
])('after a %s credentials for its realm go no further, those for others pass', (status, header) => {
  const request = forwarded(challenged(status, header, 'Digest realm="town \\"A\\"", nonce="1"'))
  expect(request.getAll('proxy-authorization')).toEqual([theirs])
  expect(request.has('authorization')).toBe(false)
  expect(request.has('subject')).toBe(true)
  expect(request.toText()).not.toContain('town \\"A')
})

test('a realm that nobody here has asked for passes', () => {
  const request = forwarded(challenged(200, 'Proxy-Authenticate', 'Digest realm="town \\"A\\"", nonce="1"'))
  expect(request.getAll('proxy-authorization')).toEqual([ours, theirs])
})

test('of many realms the oldest is forgotten', () => {
  const challenges = challenged(407, 'Proxy-Authenticate', 'Digest realm="town \\"A\\"", nonce="1"')
  for (let made = 0; made < 64; made++) {
    const realm = `Digest realm="r${made}", nonce="1"`
    challenges.learn(new SipResponse(407, 'Who?', [['Proxy-Authenticate', realm]]))
  }
  expect(forwarded(challenges).getAll('proxy-authorization')).toEqual([ours, theirs])
})
