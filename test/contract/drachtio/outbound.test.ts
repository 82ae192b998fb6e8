import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testCertificate } from '../../support/test-certificate.ts'
import { eventually } from '../../support/within.ts'
import { listeningApp } from './listening-app.ts'
import { onOurEngine, type TestSettings } from './server-under-test.ts'
import { type Dialog, sdp } from './srf.ts'
import { later, stage } from './stage.ts'

const secret = 'open sesame'

/** Settings with one handler for every method. */
const handledBy = (url: string, httpMethod: 'GET' | 'POST' = 'GET'): TestSettings => ({
  requestHandlers: [{ method: '*', httpMethod, url }],
})

interface Question {
  readonly method: string
  readonly query: URLSearchParams
  readonly body: string
}

/** A web server that answers every question alike; `undefined` leaves them unanswered. */
async function webServer(
  answer: object | string | undefined,
  status = 200,
): Promise<{ url: string; questions: Question[] }> {
  const questions: Question[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x')
      questions.push({ method: request.method ?? '', query: searchParams, body })
      if (answer === undefined) return
      response.writeHead(status)
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/route?box=1`, questions }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

describe.runIf(onOurEngine('settings of its own'))('a connection to an application that listens', () => {
  it('brings a new call, and all that belongs to it, until the application ends it', async () => {
    const ended = later<void>()
    const listening = await listeningApp(secret, (app) =>
      app.invite((request, response) => {
        void app.createUAS(request, response, { localSdp: sdp() }).then((uas: Dialog) => {
          uas.on('destroy', () => {
            app.endSession(request)
            ended.resolve()
          })
        })
      }),
    )
    const { phone } = await stage(handledBy(`tcp://127.0.0.1:${listening.port}`))
    const alice = await phone('alice')
    for (let call = 1; call <= 2; call++) {
      const invite = alice.invite()
      const ok = await alice.responseThat([200, 'INVITE'])
      alice.inDialog(invite, ok, 'ACK')
      alice.inDialog(invite, ok, 'BYE')
      await alice.responseThat([200, 'BYE'])
      expect(listening.connections).toBe(call)
    }
    await ended.promise
  })

  it('carries the calls that the application makes itself', async () => {
    const { phone, server } = await stage(handledBy('tcp://127.0.0.1:9'))
    expect(server.errors).toEqual([])
    const bob = await phone('bob')
    const listening = await listeningApp(secret, (app) =>
      app.invite((request, response) => void app.createB2BUA(request, response, bob.uri, {})),
    )
    const { phone: phoneThere } = await stage(handledBy(`tcp://127.0.0.1:${listening.port}`))
    const alice = await phoneThere('alice')
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 200, {}, sdp())
    alice.inDialog(invite, await alice.responseThat([200, 'INVITE']), 'ACK')
    await bob.requestThat('ACK')
    expect(listening.connections).toBe(1)
  })

  it('can be by TLS, whose certificate must hold', async () => {
    const { cert, key, ca } = testCertificate('box')
    const listening = await listeningApp(secret, (app) => app.options((_, response) => response.send(200)), {
      cert,
      key,
    })
    const credentials = testCertificate('renewed')
    const settings = handledBy(`tls://127.0.0.1:${listening.port}`)
    const trusting = await stage(settings, { port: undefined, credentials: { ...credentials, ca } })
    const alice = await trusting.phone('alice')
    alice.send(alice.request('OPTIONS'))
    await alice.responseThat([200, 'OPTIONS'])
    const { phone } = await stage(settings)
    const bob = await phone('bob')
    bob.send(bob.request('OPTIONS'))
    await bob.responseThat([480, 'OPTIONS'])
  })

  it.each([
    ['nobody listens', 'tcp://127.0.0.1:1'],
    ['the name leads nowhere', 'tcp://nobody.invalid:9022'],
  ])('that cannot be had is 480: %s', async (_, url) => {
    const { phone } = await stage(handledBy(url))
    const alice = await phone('alice')
    const invite = alice.invite()
    alice.refusalAck(invite, await alice.responseThat([480, 'INVITE'], 6_000))
  })

  it('is not used for an application with another secret', async () => {
    const { port } = await listeningApp('another', (app) => app.options((_, response) => response.send(200)))
    const { phone } = await stage(handledBy(`tcp://127.0.0.1:${port}`))
    const alice = await phone('alice')
    alice.send(alice.request('OPTIONS'))
    await alice.responseThat([480, 'OPTIONS'])
  })
})

describe.runIf(onOurEngine('settings of its own'))('a web server that is asked', () => {
  it.each(['GET', 'POST'] as const)(
    'by %s is told about the request and names an application',
    async (method) => {
      const listening = await listeningApp(secret, (app) => app.options((_, response) => response.send(200)))
      const web = await webServer({ action: 'route', data: { uri: `127.0.0.1:${listening.port}` } })
      const { phone } = await stage(handledBy(web.url, method))
      const alice = await phone('alice')
      const options = alice.request('OPTIONS')
      options.uri = `sip:echo@127.0.0.1:5060;room=7`
      alice.send(options)
      await alice.responseThat([200, 'OPTIONS'])
      const [question] = web.questions
      expect(Object.fromEntries(question?.query ?? [])).toEqual({
        box: '1',
        method: 'OPTIONS',
        domain: '127.0.0.1',
        protocol: 'udp',
        source_address: '127.0.0.1',
        fromUser: 'alice',
        toUser: expect.any(String),
        uriUser: 'echo',
        contentType: '',
        uri: options.uri,
        room: '7',
      })
      expect(question?.method).toBe(method)
      expect(question?.body.startsWith('OPTIONS sip:echo@') ?? false).toBe(method === 'POST')
    },
  )

  it('is told what can be read of a request', async () => {
    const web = await webServer({ action: 'reject', data: { status: 404 } })
    const { phone } = await stage(handledBy(web.url))
    const alice = await phone('alice')
    alice.send(alice.request('OPTIONS', { From: '<sip:a@[::>;tag=1', To: '<tel:+41>' }))
    await alice.responseThat([404, 'OPTIONS'])
    const { query } = web.questions[0] as Question
    expect([query.get('fromUser'), query.get('toUser')]).toEqual(['', ''])
  })

  it('names a tag: those applications take turns, routes or not', async () => {
    const web = await webServer({ action: 'route', data: { tag: 'blue' } })
    const { server, phone, raw } = await stage(handledBy(web.url))
    const [red, blue] = [await raw(), await raw()]
    await red.ask(`authenticate|${server.control.secret}|red,green`)
    await blue.ask(`authenticate|${server.control.secret}|green,blue`)
    await red.ask('route|options')
    const alice = await phone('alice')
    for (let n = 0; n < 2; n++) {
      alice.send(alice.request('OPTIONS'))
      expect((await blue.next())[1]).toBe('sip')
    }
    blue.close()
    await alice.countReaches(503, 2)
    alice.send(alice.request('OPTIONS'))
    await alice.responseThat(480)
  })

  it('has requests rejected, with a status of its own', async () => {
    const web = await webServer({ action: 'reject', data: { status: 603, reason: 'Not today' } })
    const { phone } = await stage(handledBy(web.url))
    const alice = await phone('alice')
    const invite = alice.invite()
    const response = await alice.responseThat([603, 'INVITE'])
    expect(response.reason).toBe('Not today')
    alice.refusalAck(invite, response)
  })

  it('has requests redirected', async () => {
    const web = await webServer({
      action: 'redirect',
      data: { contact: ['sip:a@far.example', 'far.example'] },
    })
    const { phone } = await stage(handledBy(web.url))
    const alice = await phone('alice')
    const invite = alice.invite()
    const response = await alice.responseThat([302, 'INVITE'])
    expect(response.contacts.map((contact) => contact.uri)).toEqual(['sip:a@far.example', 'sip:far.example'])
    alice.refusalAck(invite, response)
  })

  it('has calls proxied, without any application', async () => {
    const data: { destination?: string; recordRoute: boolean } = { recordRoute: true }
    const web = await webServer({ action: 'proxy', data })
    const { phone } = await stage(handledBy(web.url))
    const [alice, bob] = await Promise.all([phone('alice'), phone('bob')])
    data.destination = bob.uri
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 200, {}, sdp())
    const ok = await alice.responseThat([200, 'INVITE'])
    const routed = { Route: ok.get('record-route') ?? '' }
    alice.inDialog(invite, ok, 'ACK', routed)
    await bob.requestThat('ACK')
  })

  it.each([
    ['an error', { action: 'reject', data: { status: 486 } }, 404],
    ['no JSON', 'go away', 200],
    ['an unknown action', { action: 'sing', data: {} }, 200],
  ])('is of no use with %s: 500', async (_, answer, status) => {
    const web = await webServer(answer, status)
    const { phone } = await stage(handledBy(web.url))
    const alice = await phone('alice')
    alice.send(alice.request('OPTIONS'))
    await alice.responseThat([500, 'OPTIONS'])
  })

  it('may be slow: the caller can hang up meanwhile', async () => {
    const web = await webServer(undefined)
    const { phone } = await stage(handledBy(web.url))
    const alice = await phone('alice')
    const invite = alice.invite()
    await eventually(2_000, 'the question', () => web.questions.length === 1)
    alice.cancel(invite)
    alice.refusalAck(invite, await alice.responseThat([487, 'INVITE']))
  })
})
