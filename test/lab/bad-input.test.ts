import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SipResponse } from '../../src/engine/message/message.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { eventually, within } from '../support/within.ts'

const box = new TestBox({
  config: {
    sip: { domains: [site] },
    users: users('201', '202'),
    guard: { authFailuresToBan: 4, banSeconds: 60, neverBan: ['127.0.0.1'] },
  },
})
const phones: SipPhone[] = []

beforeAll(async () => {
  await box.start()
  await register('202', 'secret-202', '127.0.0.1')
})
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.stop()))
  await box.stop()
})

/** A request as bytes; `lines` replace the headers of the same name, `name: undefined` leaves one out. */
function bytes(start: string, lines: Record<string, string | undefined> = {}, body = ''): Buffer {
  const method = start.split(' ')[0]
  const headers: Record<string, string | undefined> = {
    Via: `SIP/2.0/UDP 127.0.0.1:5;branch=z9hG4bK${Math.random().toString(36).slice(2)};rport`,
    From: '<sip:eve@elsewhere.test>;tag=1',
    To: `<sip:201@${site}>`,
    'Call-ID': Math.random().toString(36).slice(2),
    CSeq: `1 ${method}`,
    'Max-Forwards': '70',
    'Content-Length': String(body.length),
    ...lines,
  }
  const text = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  )
  return Buffer.from([start, ...text, '', body].join('\r\n'))
}

const uri = `sip:201@${site}`
const rows: readonly [what: string, data: Buffer, status: number | 'silence'][] = [
  ['a CSeq of another method', bytes(`OPTIONS ${uri} SIP/2.0`, { CSeq: '1 INVITE' }), 400],
  ['no Call-ID', bytes(`OPTIONS ${uri} SIP/2.0`, { 'Call-ID': undefined }), 400],
  ['more Content-Length than there is', bytes(`OPTIONS ${uri} SIP/2.0`, { 'Content-Length': '9999' }), 400],
  ['a broken From', bytes(`OPTIONS ${uri} SIP/2.0`, { From: '"Eve <sip:eve@x>;tag=1' }), 400],
  ['a Max-Forwards that is no number', bytes(`OPTIONS ${uri} SIP/2.0`, { 'Max-Forwards': 'many' }), 400],
  [
    'three hundred header lines',
    bytes(`OPTIONS ${uri} SIP/2.0`, { 'X-A': Array(300).fill('1').join('\r\nX-A: ') }),
    513,
  ],
  ['another version', bytes(`OPTIONS ${uri} SIP/7.0`), 505],
  ['an unknown URI scheme', bytes('OPTIONS gopher:hole SIP/2.0'), 416],
  ['no hops left', bytes(`INVITE ${uri} SIP/2.0`, { 'Max-Forwards': '0' }), 483],
  ['an extension nobody has', bytes(`INVITE sip:202@${site} SIP/2.0`, { Require: 'x-teleport' }), 420],
  ['a dialog that never was', bytes(`BYE ${uri} SIP/2.0`, { To: `<${uri}>;tag=nowhere` }), 481],
  ['a CANCEL for nothing', bytes(`CANCEL ${uri} SIP/2.0`), 481],
  ['a malformed ACK', bytes(`ACK ${uri} SIP/2.0`, { CSeq: '1 INVITE' }), 'silence'],
  ['a stray response', bytes('SIP/2.0 200 OK', { CSeq: '1 INVITE' }), 'silence'],
  ['a malformed response', bytes('SIP/2.0 900 Odd', { CSeq: '1 INVITE' }), 'silence'],
  ['noise', Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10, 7, 7, 7, 7, 7]), 'silence'],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'silence'],
]

describe('malformed SIP over UDP', () => {
  test.each(rows)('%s', async (_what, data, expected) => {
    expect(await answerTo(data)).toBe(expected)
  })

  test('after all of it the box serves as before', async () => {
    const phone = await register('201', 'secret-201', '127.0.0.1')
    expect(phone.bindings).toHaveLength(1)
  })
})

test('a method that nobody knows gets 501, one that is known and not served 405 with what is', async () => {
  const phone = await newPhone('201', undefined, '127.0.0.1')
  expect((await phone.request('JUGGLE', uri)).status).toBe(501)
  const response = await phone.request('PUBLISH', uri)
  expect(response.status).toBe(405)
  expect(response.get('allow')).toContain('INVITE')
})

test('a stream out of step is told so and closed, others go on', async () => {
  const other = new SipPhone({
    aor: `202@${site}`,
    password: 'secret-202',
    server: box.server,
    transport: 'tcp',
  })
  phones.push(other)
  await other.start()
  await other.register()
  const socket = connect(box.sipPort, box.address)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk.toString()
  })
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.write(bytes(`OPTIONS ${uri} SIP/2.0`, { 'Content-Length': 'much' }))
  await within(5_000, 'the box to close the stream', closed)
  expect(heard).toMatch(/^SIP\/2\.0 400 /)
  expect((await other.request('OPTIONS', `sip:${site}`)).status).toBe(200)
})

test('a message larger than a stream may carry gets 513', async () => {
  const socket = connect(box.sipPort, box.address)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk.toString()
  })
  socket.on('error', () => socket.destroy())
  socket.write(bytes(`OPTIONS ${uri} SIP/2.0`, { 'Content-Length': String(50_000_000) }))
  await eventually(5_000, 'an answer', () => heard !== '')
  expect(heard).toMatch(/^SIP\/2\.0 513 /)
  socket.destroy()
})

test('a wrong password gets 401 again, then silence; nobody else suffers', async () => {
  const thief = await newPhone('201', 'wrong', '127.0.0.66')
  for (let attempt = 0; attempt < 4; attempt++) {
    await expect(thief.register()).rejects.toMatchObject({ status: 401 })
  }
  const silent = await newPhone('201', 'secret-201', '127.0.0.66')
  await expect(
    silent.request('REGISTER', `sip:${site}`, { to: `sip:${uri.slice(4)}`, timeoutMs: 1_200 }),
  ).rejects.toMatchObject({ status: 408 })
  const { bans } = await box.ask<{ bans: { address: string }[] }>('/api/status')
  expect(bans.map(({ address }) => address)).toEqual(['127.0.0.66'])
  await register('201', 'secret-201', '127.0.0.67')
})

test('an unknown user looks like a known one until the password is right', async () => {
  const known = await newPhone('201', 'wrong', '127.0.0.68')
  const unknown = await newPhone('999', 'wrong', '127.0.0.69')
  const shapes = await Promise.all(
    [known, unknown].map(async (phone) => {
      const first = await phone.request('REGISTER', `sip:${site}`, { to: phone.aor, answersChallenge: false })
      const second = await phone.request('REGISTER', `sip:${site}`, { to: phone.aor })
      return [first, second].map((response) => [response.status, response.reason, headerNames(response)])
    }),
  )
  expect(shapes[1]).toEqual(shapes[0])
  expect(shapes[0]?.[1]?.[0]).toBe(401)
})

test('an unknown user is refused as fast as a known one', async () => {
  // Each attempt from its own address: nobody is banned while the clock runs.
  const times: Record<'201' | '999', number[]> = { 201: [], 999: [] }
  for (let round = 0; round < 60; round++) {
    for (const user of ['201', '999'] as const) {
      const phone = await newPhone(user, 'wrong', `127.0.${user === '201' ? 2 : 3}.${round + 1}`)
      const begin = performance.now()
      await expect(phone.register()).rejects.toMatchObject({ status: 401 })
      times[user].push(performance.now() - begin)
    }
  }
  const ratio = median(times['999']) / median(times['201'])
  expect(ratio).toBeGreaterThan(0.6)
  expect(ratio).toBeLessThan(1.6)
})

test('a call to nobody is 404, a number without a trunk is refused with a decision record', async () => {
  const phone = await newPhone('201', 'secret-201', '127.0.0.1')
  await expect((await phone.call('299')).answered()).rejects.toMatchObject({ status: 404 })
  await expect((await phone.call('202x')).answered()).rejects.toMatchObject({ status: 404 })
  const call = await phone.call('sip:+4989123456@site-a.test')
  await expect(call.answered()).rejects.toMatchObject({
    status: expect.toSatisfy((status) => [404, 503].includes(status as number)),
  })
  const record = await box.ask<{ status: number; steps: { why: string }[] }>(
    `/api/calls/${encodeURIComponent(call.callId)}/decision`,
  )
  expect(record.steps.map(({ why }) => why).join(' ')).toMatch(/trunk/)
})

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function headerNames(response: SipResponse): string {
  return response
    .headerLines()
    .map(({ key }) => key)
    .join(' ')
}

async function newPhone(user: string, password: string | undefined, address: string): Promise<SipPhone> {
  const phone = new SipPhone({
    aor: `${user}@${site}`,
    ...(password === undefined ? {} : { password }),
    server: box.server,
    listen: { address },
  })
  phones.push(phone)
  await phone.start()
  return phone
}

async function register(user: string, password: string, address: string): Promise<SipPhone> {
  const phone = await newPhone(user, password, address)
  await phone.register()
  return phone
}

/** Sends bytes, then a good OPTIONS: what came before the answer to that is the answer to the bytes. */
async function answerTo(data: Buffer): Promise<number | 'silence'> {
  const socket = createSocket('udp4')
  const statuses: number[] = []
  const isServed = Promise.withResolvers<void>()
  // Read by hand: what answers a broken request may lack the same headers.
  socket.on('message', (answer) => {
    const text = answer.toString('latin1')
    const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1])
    if (text.includes('the-good-one')) isServed.resolve()
    else if (status >= 200) statuses.push(status)
  })
  socket.connect(box.sipPort, box.address)
  await once(socket, 'connect')
  try {
    socket.send(data)
    socket.send(bytes(`OPTIONS sip:${site} SIP/2.0`, { 'Call-ID': 'the-good-one' }))
    await within(3_000, 'the answer to a good request', isServed.promise)
    // A refusal made by the application may take a little longer than the answer to OPTIONS.
    await eventually(300, 'an answer', () => statuses.length > 0).catch(() => undefined)
    return statuses[0] ?? 'silence'
  } finally {
    socket.close()
  }
}
