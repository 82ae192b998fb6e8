import { expect, test } from 'vitest'
import { sendAuthenticated } from '../../../src/drivers/drachtio/authenticated-request.ts'
import { ClientTransactions } from '../../../src/drivers/drachtio/client-transactions.ts'
import { readControlFrame } from '../../../src/drivers/drachtio/control-frame.ts'
import { MessageText } from '../../../src/drivers/drachtio/message-text.ts'

const proxy = (nonce: string, more = '') =>
  `407 Ask\r\nProxy-Authenticate: Digest realm="edge", nonce="${nonce}", qop="auth"${more}`
const registrar = (nonce: string, more = '') =>
  `401 Ask\r\nWWW-Authenticate: Digest realm="core", nonce="${nonce}", qop="auth"${more}`

test('an outbound proxy and the registrar behind it each get their credentials', () => {
  const { sent, outcome } = register(proxy('p1'), registrar('r1'), '200 OK')
  expect(outcome).toBe(200)
  expect(sent.map((request) => request.header('cseq'))).toEqual(['1 REGISTER', '2 REGISTER', '3 REGISTER'])
  expect(sent[1]?.header('proxy-authorization')).toMatch(/nonce="p1".*nc=00000001/)
  expect(sent[1]?.header('authorization')).toBeUndefined()
  // RFC 7616 §3.4: a nonce that serves again is counted.
  expect(sent[2]?.header('proxy-authorization')).toMatch(/nonce="p1".*nc=00000002/)
  expect(sent[2]?.header('authorization')).toMatch(/nonce="r1".*nc=00000001/)
})

test('two proxies that both ask by 407 are told apart by their realms', () => {
  const second = '407 Ask\r\nProxy-Authenticate: Digest realm="inner", nonce="i1", qop="auth"'
  const { sent, outcome } = register(proxy('p1'), second, '200 OK')
  expect(outcome).toBe(200)
  expect(sent[2]?.headers('proxy-authorization')).toHaveLength(2)
})

test('one of them may find its nonce too old once', () => {
  const { sent, outcome } = register(proxy('p1'), registrar('r1'), proxy('p2', ', stale=true'), '200 OK')
  expect(outcome).toBe(200)
  expect(sent[3]?.header('proxy-authorization')).toMatch(/nonce="p2".*nc=00000001/)
  expect(sent[3]?.header('authorization')).toMatch(/nonce="r1".*nc=00000002/)
  expect(sent[3]?.header('cseq')).toBe('4 REGISTER')
})

test.each([
  ['the same one asks again', [proxy('p1'), proxy('p2')], 407],
  ['the registrar asks again after both', [proxy('p1'), registrar('r1'), registrar('r2')], 401],
  [
    'a nonce is always too old',
    ['p1', 'p2', 'p3', 'p4', 'p5'].map((nonce) => proxy(nonce, ', stale=true')),
    407,
  ],
])('it ends when %s', (_when, answers, status) => {
  const { sent, outcome } = register(...answers, '200 OK')
  expect(outcome).toBe(status)
  expect(sent.length).toBeLessThanOrEqual(4) // as many CSeq numbers as a registration leaves between two
})

/** Sends a REGISTER to servers that answer so, one after the other. */
function register(...answers: readonly string[]) {
  const sent: MessageText[] = []
  let outcome: number | undefined
  const transactions = new ClientTransactions({
    exchange: (frame, handler) => {
      const text = frame.slice(frame.indexOf('\r\n') + 2)
      sent.push(new MessageText(text))
      const tokens = [...Array(10).fill(''), `T${sent.length}`]
      handler({ isOk: true, reason: '', tokens, text })
    },
    post: () => undefined,
  })
  const headers = { From: '<sip:acc@core>;tag=1', 'Call-ID': 'c1', CSeq: '1 REGISTER' }
  const account = { username: 'acc', password: 'secret' }
  const request = { method: 'REGISTER', uri: 'sip:core', headers, body: '', proxy: 'sip:192.0.2.9', account }
  sendAuthenticated(transactions, request, {
    onFinal: ({ status }) => {
      outcome = status
    },
    onLost: (error) => {
      throw error
    },
  })
  for (const answer of answers) {
    const leader = `id|sip|network|1|udp|192.0.2.9|5060|t|T${sent.length}||`
    const read = readControlFrame(`${leader}\r\nSIP/2.0 ${answer}\r\n\r\n`)
    if (outcome === undefined && read.kind === 'sip') transactions.onResponse(read.frame)
  }
  return { sent, outcome }
}
