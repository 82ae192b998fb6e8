import { beforeEach, describe, expect, it } from 'vitest'
import { FrontGuesses } from '../../../src/gateway/front-guesses.ts'
import { FakeRequest } from '../../support/fake-request.ts'
import { fakeResponse } from '../../support/fake-response.ts'

const guesser = '192.0.2.66'
const right = fakeResponse(200)

function challenge(nonce: string, more = '') {
  return fakeResponse(401, {
    headers: { 'WWW-Authenticate': `Digest realm="pbx", nonce="${nonce}"${more}` },
  })
}

function register(address: string, nonce?: string): FakeRequest {
  const credentials = `Digest username="201", realm="pbx", nonce="${nonce}", uri="sip:pbx", response="0"`
  return new FakeRequest('REGISTER', {
    source: { transport: 'udp', address, port: 5060 },
    headers: nonce === undefined ? {} : { Authorization: credentials },
  })
}

describe('a password that a PBX has refused through the box', () => {
  let counted: string[]
  let guesses: FrontGuesses
  beforeEach(() => {
    counted = []
    guesses = new FrontGuesses({
      guard: { noteAuthFailure: ({ address }, username) => counted.push(`${username} from ${address}`) },
    })
    guesses.answered(register(guesser), challenge('n1'))
  })

  it.each([
    ['another challenge', challenge('n2')],
    ['403', fakeResponse(403)],
    ['404', fakeResponse(404)],
  ])('counts against who sent it: %s', (_how, answer) => {
    expect(counted).toEqual([])
    guesses.answered(register(guesser, 'n1'), answer)
    guesses.answered(register(guesser, 'n1'), answer)
    expect(counted).toEqual([`201 from ${guesser}`, `201 from ${guesser}`])
  })

  it('does not count when the nonce has grown old, whether the PBX says so or the nonce was good before', () => {
    guesses.answered(register(guesser, 'n1'), challenge('n2', ', stale=true'))
    guesses.answered(register(guesser, 'n2'), right)
    guesses.answered(register(guesser, 'n2'), challenge('n3'))
    expect(counted).toEqual([])
  })

  it('does not count against an address in whose name it was sent', () => {
    guesses.answered(register('192.0.2.7', 'n1'), challenge('n2'))
    guesses.answered(register('192.0.2.7', 'made up'), fakeResponse(403))
    expect(counted).toEqual([])
  })
})
