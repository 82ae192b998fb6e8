import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Webhook } from '../../../src/drivers/webhook/webhook.ts'
import { NoticeRefused } from '../../../src/notice/notice-target.ts'

const secret = 'a secret of sixteen or more'
const now = Date.UTC(2026, 10, 21, 20)
const queued = {
  number: 1,
  target: 'hook',
  id: '0192-1',
  notice: { event: 'trunk', at: now, summary: 'trunk carrier is down', facts: { trunk: 'carrier' } },
} as const

interface Heard {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let server: Server
let heard: Heard[]
let answer: { readonly status: number; readonly location?: string } | 'silence'

beforeEach(async () => {
  heard = []
  answer = { status: 204 }
  server = createServer(async (request, response) => {
    heard.push({ path: request.url, headers: request.headers, body: await text(request) })
    if (answer === 'silence') return
    response.writeHead(answer.status, answer.location ? { Location: answer.location } : {}).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const base = () => `http://hooks.test:${(server.address() as AddressInfo).port}`

function webhook(more: { secret?: string } = {}): Webhook {
  return new Webhook({
    url: `${base()}/in?key=7`,
    events: ['trunk'],
    box: 'box-a',
    version: '1.2.3',
    addressesOf: async () => ['127.0.0.1'],
    now: () => now,
    ...more,
  })
}

const deliver = (hook: Webhook, signal = AbortSignal.timeout(5_000)) => hook.deliver(queued, signal)

describe('notices by webhook', () => {
  it('arrive as JSON, signed so that the receiver can check', async () => {
    await deliver(webhook({ secret }))
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = heard
    expect(path).toBe('/in?key=7')
    expect(JSON.parse(body)).toEqual({
      id: '0192-1',
      box: 'box-a',
      event: 'trunk',
      at: '2026-11-21T20:00:00.000Z',
      summary: 'trunk carrier is down',
      facts: { trunk: 'carrier' },
    })
    const sum = createHmac('sha256', secret)
      .update(`${now / 1_000}.${body}`)
      .digest('hex')
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'causeway-delivery': '0192-1',
      'causeway-signature': `t=${now / 1_000},v1=${sum}`,
    })
  })

  it('follow no redirection', async () => {
    answer = { status: 307, location: `${base()}/elsewhere` }
    await expect(deliver(webhook())).rejects.toThrow('answered 307')
    expect(heard.map(({ path }) => path)).toEqual(['/in?key=7'])
  })

  it.each([
    [400, true],
    [410, true],
    [401, false],
    [404, false],
    [429, false],
    [503, false],
  ])('that get %i are given up: %s', async (status, isFinal) => {
    answer = { status }
    const error = await deliver(webhook()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error instanceof NoticeRefused).toBe(isFinal)
  })

  it('end when they are told to', async () => {
    answer = 'silence'
    const abort = new AbortController()
    const delivery = deliver(webhook(), abort.signal)
    server.once('request', () => abort.abort())
    await expect(delivery).rejects.toThrow('aborted')
  })

  it('show no key in their name', () => {
    expect(webhook().name).toBe(`${base()}/in`)
  })
})
