import { describe, expect, test } from 'vitest'
import type { SipResponseView } from '../../../src/domain/sip.ts'
import { chooseChallenge, digestCredentials } from '../../../src/drivers/drachtio/digest-answer.ts'
import { parseChallenges } from '../../../src/drivers/drachtio/digest-challenge.ts'
import { fakeResponse } from '../../support/fake-response.ts'

const question = {
  method: 'GET',
  uri: '/dir/index.html',
  account: { username: 'Mufasa', password: 'Circle of Life' },
}
const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const challenge = (more: string) =>
  fakeResponse(401, {
    headers: { 'WWW-Authenticate': `Digest realm="http-auth@example.org", nonce="${nonce}", ${more}` },
  })

const answerTo = (response: SipResponseView, use: number) => {
  const chosen = chooseChallenge(response)
  return chosen && digestCredentials(chosen, question, use, cnonce)
}

describe('digest credentials', () => {
  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('are those of RFC 7616 §3.9.1 for %s', (algorithm, expected) => {
    const response = challenge(`qop="auth, auth-int", algorithm=${algorithm}, opaque="FQhe"`)
    const answer = answerTo(response, 1)
    expect(chooseChallenge(response)?.header).toBe('Authorization')
    expect(answer).toContain(`response="${expected}"`)
    expect(answer).toContain('opaque="FQhe"')
  })

  test('without qop are those of RFC 2069', () => {
    expect(answerTo(challenge('algorithm=MD5'), 1)).not.toContain('qop')
  })

  test('take the stronger of two challenges, also when both stand in one line', () => {
    const both = 'Digest realm="r", nonce="1", algorithm=MD5, Digest realm="r", nonce="2", algorithm=SHA-256'
    const response = fakeResponse(407, { headers: { 'Proxy-Authenticate': both } })
    expect(chooseChallenge(response)).toMatchObject({ header: 'Proxy-Authorization', isStale: false })
    expect(answerTo(response, 1)).toContain('nonce="2"')
  })

  test.each([
    ['an algorithm we do not know', 'algorithm=SHA-512-256'],
    ['only auth-int', 'qop="auth-int"'],
  ])('are not made for %s', (_, more) => {
    expect(chooseChallenge(challenge(more))).toBeUndefined()
  })

  test('know a stale nonce', () => {
    expect(chooseChallenge(challenge('stale=TRUE'))?.isStale).toBe(true)
  })

  test('count the requests that a nonce has served', () => {
    expect(answerTo(challenge('qop="auth"'), 17)).toContain('nc=00000011')
  })
})

test.each([
  ['Digest realm="a, b=c", nonce="x"', [{ realm: 'a, b=c', nonce: 'x' }]],
  ['DIGEST realm="say \\"hi\\"",nonce=y', [{ realm: 'say "hi"', nonce: 'y' }]],
  ['Basic realm="b", Digest nonce="n"', [{ nonce: 'n' }]],
  ['', []],
  ['nonsense', []],
])('challenges in %s', (line, expected) => {
  expect(parseChallenges(line).map((each) => Object.fromEntries(each))).toEqual(expected)
})
