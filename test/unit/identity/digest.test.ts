import { beforeEach, describe, expect, it } from 'vitest'
import { Accounts } from '../../../src/identity/accounts.ts'
import { DigestAuthenticator, type DigestSettings, type DigestVerdict } from '../../../src/identity/digest.ts'
import { digestResponse } from '../../../src/identity/digest-response.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { aUser } from '../../support/a-user.ts'
import { authorizationFor, type DigestAnswer } from '../../support/authorization.ts'
import { FakeRequest, type FakeRequestOptions } from '../../support/fake-request.ts'

const realm = 'site-a.example'
const secrets = { getOrMake: async () => new Uint8Array(32).fill(7) }
const ha1Md5 = '8fd37a6a4da4e9a1c3d3a8cf1ba46a4a'

let clock: FakeClock
let digest: DigestAuthenticator

beforeEach(async () => {
  clock = new FakeClock(1_700_000_000_000)
  digest = await started()
})

async function started(isBlocked?: DigestSettings['isBlocked']): Promise<DigestAuthenticator> {
  const users = [
    aUser('201@site-a.example', { aliases: ['21'] }),
    aUser('202@site-a.example', { password: undefined, ha1: { md5: ha1Md5 } }),
    aUser('301@site-a.example'),
    aUser('301@pbx.example'),
  ]
  const accounts = new Accounts({ users, domains: [realm, 'pbx.example'] })
  const made = new DigestAuthenticator({
    ...{ accounts, secrets, algorithms: ['SHA-256', 'MD5'], clock },
    ...(isBlocked && { isBlocked }),
  })
  await made.start()
  return made
}

function register(options: FakeRequestOptions = {}): FakeRequest {
  return new FakeRequest('REGISTER', { uri: 'sip:site-a.example', ...options })
}

/** Header lines of a fresh challenge. */
function challenges(options: FakeRequestOptions = {}): readonly string[] {
  const verdict = digest.check(register(options), 'www', { realm })
  if (verdict.kind !== 'challenge') throw new Error('no challenge')
  return verdict.headers['WWW-Authenticate'] as readonly string[]
}

function attempt(
  challenge: string,
  answer: Partial<DigestAnswer> = {},
  options: FakeRequestOptions = {},
): DigestVerdict {
  const authorization = authorizationFor(challenge, {
    method: 'REGISTER',
    uri: 'sip:site-a.example',
    username: '201',
    password: 'secret',
    ...answer,
  })
  const headers = { ...options.headers, Authorization: authorization }
  return digest.check(register({ ...options, headers }), 'www', { realm })
}

const whyOf = (verdict: DigestVerdict): string => {
  if (verdict.kind === 'blocked') return verdict.kind
  return verdict.kind === 'challenge' ? verdict.why : verdict.account.aorText
}

describe('digest', () => {
  it('computes the example of RFC 7616 §3.9.1 with both algorithms', () => {
    const credentials = {
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      uri: '/dir/index.html',
      qop: 'auth',
      nc: '00000001',
      cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    }
    const md5 = '3d78807defe7de2157e2b0b6573a855f' // H("Mufasa:http-auth@example.org:Circle of Life")
    expect(digestResponse('MD5', md5, 'GET', credentials)).toBe('8ca523f5e9506fed4657c9700eebdbec')
    const sha256 = '7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232'
    expect(digestResponse('SHA-256', sha256, 'GET', credentials)).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    )
  })

  it('offers each algorithm in a header line of its own, best first', () => {
    expect(challenges().map((line) => /algorithm=([^,]+)/.exec(line)?.[1])).toEqual(['SHA-256', 'MD5'])
  })

  it('knows its user by either algorithm, by name, alias and full address', () => {
    const [sha256 = '', md5 = ''] = challenges()
    expect(whyOf(attempt(sha256))).toBe('sip:201@site-a.example')
    expect(whyOf(attempt(md5, { username: '21', count: 2 }))).toBe('sip:201@site-a.example')
    expect(whyOf(attempt(md5, { username: '201@site-a.example', count: 3 }))).toBe('sip:201@site-a.example')
  })

  it('asks a proxy way when asked as a proxy', () => {
    const verdict = digest.check(register(), 'proxy', { realm })
    expect(verdict).toMatchObject({ status: 407, why: 'missing' })
    expect(verdict.kind === 'challenge' && verdict.headers).toHaveProperty('Proxy-Authenticate')
  })

  it('takes the one among several credentials that is for its realm', () => {
    const [challenge = ''] = challenges()
    const ours = authorizationFor(challenge, {
      method: 'REGISTER',
      uri: 'sip:site-a.example',
      username: '201',
      password: 'secret',
    })
    const foreign = ours.replace(`realm="${realm}"`, 'realm="elsewhere"')
    const request = register({ headers: { Authorization: [foreign, ours] } })
    expect(whyOf(digest.check(request, 'www', { realm }))).toBe('sip:201@site-a.example')
    expect(whyOf(digest.check(register({ headers: { Authorization: foreign } }), 'www', { realm }))).toBe(
      'missing',
    )
  })

  it('says wrong for a wrong password and for a stranger, in the same shape', () => {
    const [challenge = ''] = challenges()
    const wrong = attempt(challenge, { password: 'guess' })
    const stranger = attempt(challenge, { username: '999', password: 'guess' })
    const shape = (verdict: DigestVerdict): unknown =>
      JSON.parse(JSON.stringify({ ...verdict, username: '' }).replace(/nonce=\\"[^"]*"/g, 'nonce'))
    expect(whyOf(wrong)).toBe('wrong')
    expect(shape(stranger)).toEqual(shape(wrong))
  })

  it('takes credentials of the realms that it is told, and offers the algorithms that it is told', () => {
    const demand = { realm: 'asterisk', otherRealms: [realm], algorithms: ['MD5'] } as const
    const asked = digest.check(register(), 'www', demand)
    expect(asked.kind === 'challenge' && asked.headers['WWW-Authenticate']).toEqual([
      expect.stringMatching(/^Digest realm="asterisk", .*algorithm=MD5, qop="auth"$/),
    ])
    const [, md5 = ''] = challenges()
    const words = { method: 'REGISTER', uri: 'sip:site-a.example', username: '201', password: 'secret' }
    const headers = { Authorization: authorizationFor(md5, words) }
    expect(whyOf(digest.check(register({ headers }), 'www', demand))).toBe('sip:201@site-a.example')
  })

  it('calls what a phone kept from its PBX stale, whichever way that asked: no password is wrong', () => {
    const words = { method: 'REGISTER', uri: 'sip:site-a.example', username: '201', password: 'secret' }
    const ofPbx = authorizationFor(
      `Digest realm="${realm}", nonce="of the PBX", algorithm=MD5, qop="auth"`,
      words,
    )
    for (const header of ['Authorization', 'Proxy-Authorization']) {
      const verdict = digest.check(register({ headers: { [header]: ofPbx } }), 'proxy', { realm })
      expect(verdict).toMatchObject({
        why: 'stale',
        headers: { 'Proxy-Authenticate': expect.arrayContaining([expect.stringMatching(/, stale=true$/)]) },
      })
    }
  })

  it('looks at no password of a name that is blocked, not even the right one', async () => {
    digest = await started(({ address }, name) => address === '192.0.2.7' && name === '201')
    const [sha256 = ''] = challenges()
    expect(whyOf(attempt(sha256))).toBe('blocked')
    expect(whyOf(attempt(sha256, { username: '202', password: 'guess' }))).toBe('wrong')
  })

  it('never accepts a response made from an empty or missing secret', () => {
    const [sha256 = ''] = challenges()
    expect(whyOf(attempt(sha256, { username: '202', password: '' }))).toBe('wrong')
  })

  it('lets a count be used once, and counts overtake each other', () => {
    const [challenge = ''] = challenges()
    expect([1, 3, 2, 2, 3].map((count) => whyOf(attempt(challenge, { count })))).toEqual([
      'sip:201@site-a.example',
      'sip:201@site-a.example',
      'sip:201@site-a.example',
      'stale',
      'stale',
    ])
  })

  it('serves clients without qop once a nonce', () => {
    const [, md5 = ''] = challenges()
    expect(whyOf(attempt(md5, { withQop: false }))).toBe('sip:201@site-a.example')
    expect(whyOf(attempt(md5, { withQop: false }))).toBe('stale')
  })

  it('asks anew with stale=true when the nonce is too old, whatever the password was', () => {
    const [challenge = ''] = challenges()
    clock.advance(300_001)
    for (const password of ['secret', 'guess']) {
      const verdict = attempt(challenge, { password })
      expect(whyOf(verdict)).toBe('stale')
      expect(JSON.stringify(verdict)).toContain('stale=true')
    }
  })

  it('does not count a nonce that was given to another address as a wrong password', () => {
    const [challenge = ''] = challenges()
    const elsewhere = { source: { transport: 'udp', address: '198.51.100.9', port: 5060 } } as const
    expect(whyOf(attempt(challenge, { password: 'guess' }, elsewhere))).toBe('stale')
    const forged = challenge.replace(/nonce="./, 'nonce="_')
    expect(whyOf(attempt(forged, { password: 'guess' }))).toBe('stale')
  })

  it('knows its nonces after a restart', async () => {
    const [challenge = ''] = challenges()
    digest = await started()
    expect(whyOf(attempt(challenge))).toBe('sip:201@site-a.example')
  })

  it('compares the uri with the Request-URI by user and host only', () => {
    const [challenge = ''] = challenges()
    const uri = 'sip:site-a.example'
    expect(whyOf(attempt(challenge, { uri }, { uri: 'sip:SITE-A.example:5060;transport=tcp' }))).toBe(
      'sip:201@site-a.example',
    )
    expect(whyOf(attempt(challenge, { uri, count: 2 }, { uri: 'sip:other.example' }))).toBe('wrong')
  })

  it('lets a phone name the address it sends to instead of the Request-URI', () => {
    const [challenge = ''] = challenges()
    expect(whyOf(attempt(challenge, { uri: 'sip:192.0.2.1:5060' }))).toBe('sip:201@site-a.example')
    expect(whyOf(attempt(challenge, { uri: 'sip:202@192.0.2.1', count: 2 }))).toBe('wrong')
  })

  it('asks the To header which of two accounts with the same name and password is meant', () => {
    const [challenge = ''] = challenges()
    const to = (domain: string): FakeRequestOptions => ({ headers: { To: `<sip:301@${domain}>;tag=1` } })
    expect(whyOf(attempt(challenge, { username: '301' }, to('pbx.example')))).toBe('sip:301@pbx.example')
    expect(whyOf(attempt(challenge, { username: '301', count: 2 }, to('site-a.example')))).toBe(
      'sip:301@site-a.example',
    )
  })

  it.each(['Digest', 'Basic MjAxOnNlY3JldA==', 'Digest username="201', 'Digest username="201", x', ''])(
    'takes %j for no credentials',
    (authorization) => {
      const request = register({ headers: { Authorization: authorization } })
      expect(whyOf(digest.check(request, 'www', { realm }))).toBe('missing')
    },
  )
})
