import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually, within } from '../../support/within.ts'
import { frame, RawApplication } from './raw-application.ts'
import { onOurEngine } from './server-under-test.ts'
import { sdp, startApp } from './srf.ts'
import { later, stage } from './stage.ts'

async function rawStage(isAuthenticated = true) {
  const set = await stage()
  const open = async (): Promise<RawApplication> => {
    const raw = isAuthenticated
      ? await RawApplication.authenticated(set.server)
      : await RawApplication.open(set.server)
    onTestFinished(() => raw.close())
    return raw
  }
  return { ...set, raw: await open(), open }
}

const options = (uri: string, body = ''): string =>
  `sip||\r\nOPTIONS ${uri} SIP/2.0\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n\r\n${body}`

describe('the session of an application', () => {
  it('begins with the secret, and tells the listening points and a version', async () => {
    const { server, raw } = await rawStage(false)
    const [, , , verdict, hostports, version, local] = await raw.ask(
      `authenticate|${server.control.secret}|gw,alpha`,
    )
    expect(verdict).toBe('OK')
    expect(hostports).toContain(`udp/127.0.0.1:${server.sip.port}`)
    expect(version).toMatch(/^v0\.([89]|\d\d)\.\d+/)
    expect(local).toContain(`udp/127.0.0.1:${server.sip.port}`)
  })

  it('is refused with a wrong secret', async () => {
    const { server } = await stage()
    const wrong = { ...server, control: { ...server.control, secret: 'wrong' } }
    await expect(startApp(wrong)).rejects.toThrow('failed to authenticate')
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'allows nothing before the secret',
    async () => {
      for (const order of ['route|invite', 'ping', options('sip:bob@127.0.0.1:9')]) {
        const { raw } = await rawStage(false)
        expect((await raw.ask(order)).slice(3)).toEqual(['NO', 'not authenticated'])
        await raw.closed
      }
    },
  )

  it('answers a ping', async () => {
    const { raw } = await rawStage()
    expect((await raw.ask('ping')).slice(3)).toEqual(['OK', 'pong'])
  })

  it('ends after an unknown order, or one that cannot be read', async () => {
    for (const [order, reason] of [
      ['dance', 'Unknown message type'],
      ['sip', 'Invalid message format'],
      ['proxy||||||||sip:x', 'transaction id missing'],
    ] as const) {
      const { raw } = await rawStage()
      expect((await raw.ask(order)).slice(3)).toEqual(['NO', reason])
      await raw.closed
    }
  })

  it('ends when what comes is no frame', async () => {
    const { raw } = await rawStage()
    raw.write('GET / HTTP/1.1\r\n\r\n')
    await raw.closed
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'ends for a stranger with a long frame',
    async () => {
      const { raw } = await rawStage(false)
      raw.write('99999#')
      await raw.closed
    },
  )

  it('goes on after a message that cannot be read', async () => {
    const { raw } = await rawStage()
    expect((await raw.ask('sip||\r\nnonsense\r\n\r\n'))[3]).toBe('NOK')
    expect((await raw.ask('ping'))[3]).toBe('OK')
  })

  it('takes frames in any pieces, and many at once', async () => {
    const { raw } = await rawStage()
    const ping = frame('one|ping')
    for (const byte of ping) raw.write(byte)
    expect((await raw.next())[2]).toBe('one')
    raw.write(Array.from({ length: 50 }, (_, n) => frame(`n${n}|ping`)).join(''))
    for (let n = 0; n < 50; n++) expect((await raw.next())[2]).toBe(`n${n}`)
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'takes frames that are longer than any message on UDP',
    async () => {
      const { raw, phone } = await rawStage()
      const bob = await phone('bob')
      const tokens = await raw.ask(options(bob.uri, 'x'.repeat(20_000)))
      expect(tokens[3]).toBe('OK')
      expect((await bob.requestThat('OPTIONS')).body.length).toBe(20_000)
    },
  )
})

describe('the answer to what an application sent', () => {
  it('echoes a request with its transaction id, as it went out', async () => {
    const { raw, phone, server } = await rawStage()
    const bob = await phone('bob')
    const tokens = await raw.ask(options(bob.uri, 'Grüße'))
    const request = await bob.requestThat('OPTIONS')
    const [, , , verdict, source, bytes, protocol, address, port, time, transactionId, sent, empty, text] =
      tokens
    expect([verdict, source, protocol, address]).toEqual(['OK', 'application', 'udp', '127.0.0.1'])
    expect(Number(port)).toBe(server.sip.port)
    expect(Number(bytes)).toBe(request.toBuffer().length)
    expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/)
    expect([sent, empty]).toEqual(['Msg sent:', ''])
    expect(text).toBe(request.toText())
    expect(request.body.toString()).toBe('Grüße')
    bob.answer(request, 200)
    const reply = await raw.next()
    expect(reply.slice(1, 7)).toEqual(['sip', 'network', reply[3], 'udp', '127.0.0.1', String(bob.port)])
    expect(reply.slice(8, 11)).toEqual([transactionId, '', ''])
  })

  it('echoes a response with the dialog id', async () => {
    const { raw, phone } = await rawStage()
    await raw.ask('route|invite')
    const alice = await phone('alice')
    const invite = alice.invite()
    const offered = await raw.next()
    expect(offered.slice(9, 13)).toEqual(['', '127.0.0.1', String(raw && offered[11]), ''])
    const tokens = await raw.ask(`sip|${offered[8]}|\r\nSIP/2.0 486 Busy Here\r\n\r\n`)
    expect(tokens.slice(10, 15)).toEqual([
      offered[8],
      `${invite.callId};from-tag=${invite.from.tag}`,
      '',
      'Msg sent:',
      '',
    ])
    const busy = await alice.responseThat(486)
    expect(tokens[15]).toBe(busy.toText())
    alice.refusalAck(invite, busy)
    const late = await raw.ask(`sip|${offered[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`)
    expect(late.slice(3)).toEqual(['NOK', 'Response not sent due to unknown transaction'])
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'counts reliable provisional responses for each INVITE (RFC 3262 §3)',
    async () => {
      const { raw, phone } = await rawStage()
      await raw.ask('route|invite')
      const alice = await phone('alice')
      const first = alice.invite({ Supported: '100rel' })
      const [, , , , , , , , transactionId] = await raw.next()
      await raw.ask(`sip|${transactionId}|\r\nSIP/2.0 183 Session Progress\r\nRequire: 100rel\r\n\r\n`)
      const progress = await alice.responseThat(183)
      alice.inDialog(first, progress, 'PRACK', { RAck: `${progress.get('rseq')} 1 INVITE` })
      expect((await raw.next()).at(-1)).toMatch(/^PRACK /)
      await raw.ask(`sip|${transactionId}|\r\nSIP/2.0 200 OK\r\n\r\n`)
      const ok = await alice.responseThat([200, 'INVITE'])
      alice.inDialog(first, ok, 'ACK')
      expect((await raw.next()).at(-1)).toMatch(/^ACK /)

      const second = alice.inDialog(first, ok, 'INVITE', { Supported: '100rel' })
      const again = await raw.next()
      expect(again.at(-1)).toMatch(/^INVITE /)
      await raw.ask(`sip|${again[8]}|\r\nSIP/2.0 180 Ringing\r\nRequire: 100rel\r\n\r\n`)
      const ringing = await alice.responseThat(180)
      const rack = `${ringing.get('rseq')} ${second.cseq.number} INVITE`
      alice.inDialog(first, ringing, 'PRACK', { RAck: rack })
      const pracked = (await raw.next()).at(-1)
      expect(pracked).toMatch(/^PRACK /)
      expect(pracked).toContain(`RAck: ${rack}`)
    },
  )

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'comes when the PRACK has come that a 200 has to wait for',
    async () => {
      const { raw, phone } = await rawStage()
      await raw.ask('route|invite')
      const alice = await phone('alice')
      const invite = alice.invite({ Supported: '100rel' })
      const [, , , , , , , , id] = await raw.next()
      await raw.ask(`sip|${id}|\r\nSIP/2.0 183 Session Progress\r\nRequire: 100rel\r\n\r\n${sdp()}`)
      const progress = await alice.responseThat(183)
      const accepting = raw.send(`sip|${id}|\r\nSIP/2.0 200 OK\r\n\r\n`)
      await alice.countReaches(183, 2)
      expect(alice.count(200)).toBe(0)
      alice.inDialog(invite, progress, 'PRACK', { RAck: `${progress.get('rseq')} 1 INVITE` })
      expect((await raw.next()).slice(1, 4)).toEqual(['response', accepting, 'OK'])
      alice.inDialog(invite, await alice.responseThat([200, 'INVITE']), 'ACK')
    },
  )

  it.runIf(onOurEngine('shorter timers'))('is NOK for a 200 that waited in vain', async () => {
    const { raw, phone } = await rawStage()
    await raw.ask('route|invite')
    const alice = await phone('alice')
    const invite = alice.invite({ Supported: '100rel' })
    const [, , , , , , , , id] = await raw.next()
    await raw.ask(`sip|${id}|\r\nSIP/2.0 183 Session Progress\r\nRequire: 100rel\r\n\r\n${sdp()}`)
    await alice.responseThat(183)
    const accepting = raw.send(`sip|${id}|\r\nSIP/2.0 200 OK\r\n\r\n`)
    await raw.ask('ping')
    alice.cancel(invite)
    const told = [await raw.next(), await raw.next()]
    expect(told.map((tokens) => tokens.slice(1, 4))).toContainEqual(['response', accepting, 'NOK'])
    alice.refusalAck(invite, await alice.responseThat([487, 'INVITE']))
  })

  it('tells what is unknown', async () => {
    const { raw } = await rawStage()
    const cases = [
      ['sip||nobody;from-tag=x\r\nBYE sip:placeholder SIP/2.0\r\n\r\n', /unable to find dialog/],
      [
        'sip|nothing|\r\nCANCEL sip:x@127.0.0.1 SIP/2.0\r\n\r\n',
        /unable to cancel unknown transaction id: nothing/,
      ],
      [
        'proxy|nothing||||serial|||sip:x@127.0.0.1\r\nINVITE sip:x SIP/2.0\r\n\r\n',
        /Unknown transaction id: nothing/,
      ],
      ['sip||\r\nOPTIONS mailto:bob@far.example SIP/2.0\r\n\r\n', /invalid request-uri/],
      ['sip||nobody;from-tag=x\r\nACK sip:placeholder SIP/2.0\r\n\r\n', /ACK for non-success final response/],
    ] as const
    for (const [order, reason] of cases) {
      const answer = await raw.ask(order)
      expect(answer[3]).toBe('NOK')
      expect(answer[4]).toMatch(reason)
    }
  })

  it('drops headers that are the server’s, and stops headers that are two', async () => {
    const { raw, phone } = await rawStage()
    const bob = await phone('bob')
    const order = (header: string): string => `sip||\r\nOPTIONS ${bob.uri} SIP/2.0\r\n${header}\r\n\r\n`
    await raw.ask(order('Via: SIP/2.0/UDP evil\r\nRoute: <sip:evil>\r\nRecord-Route: <sip:evil>\r\nRSeq: 1'))
    const request = await bob.requestThat('OPTIONS')
    expect(request.toText()).not.toContain('evil')
    expect(request.has('rseq')).toBe(false)
    bob.answer(request, 200)
    await raw.next()
    expect((await raw.ask(order('X-One: 1\rX-Two: 2')))[3]).toBe('NOK')
  })
})

describe('routes', () => {
  it('several applications with the same route take turns', async () => {
    const { app, phone } = await stage()
    const heard: string[] = []
    for (const name of ['one', 'two', 'three'])
      await app((self) =>
        self.options((_, response) => {
          heard.push(name)
          response.send(200)
        }),
      )
    const alice = await phone('alice')
    for (let n = 1; n <= 6; n++) {
      alice.send(alice.request('OPTIONS'))
      await alice.countReaches(200, n)
    }
    expect(heard.slice(0, 3).sort()).toEqual(['one', 'three', 'two'])
    expect(heard.slice(3)).toEqual(heard.slice(0, 3))
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'taking one back leaves the others',
    async () => {
      const { raw, phone } = await rawStage()
      for (const verb of ['options', 'message']) await raw.ask(`route|${verb}`)
      await raw.ask('remove_route|message')
      const alice = await phone('alice')
      alice.send(alice.request('MESSAGE'))
      await alice.responseThat([503, 'MESSAGE'])
      alice.send(alice.request('OPTIONS'))
      expect((await raw.next())[1]).toBe('sip')
    },
  )

  it('go with their application', async () => {
    const { raw, phone } = await rawStage()
    await raw.ask('route|options')
    const alice = await phone('alice')
    alice.send(alice.request('OPTIONS'))
    await raw.next()
    raw.close()
    // What it had not answered is answered for it: by then it is gone for everybody.
    await alice.responseThat([503, 'OPTIONS'])
    alice.send(alice.request('OPTIONS'))
    await alice.responseThat([503, 'OPTIONS'])
  })

  it('come back when drachtio-srf connects again', async () => {
    const { server, phone } = await stage()
    const line = await breakableLine(server.control.port)
    let connects = 0
    const again = later<void>()
    const app = await startApp({ ...server, control: { ...server.control, port: line.port } }, (self) => {
      self.options((_, response) => response.send(200))
      self.on('connect', () => ++connects === 2 && again.resolve())
    })
    onTestFinished(() => app.disconnect())
    line.cut()
    await within(3_000, 'the second connect', again.promise)
    const alice = await phone('alice')
    await eventually(2_000, 'an answer of the application', async () => {
      alice.send(alice.request('OPTIONS'))
      return (await Promise.race([alice.responseThat(200), alice.responseThat(503)])).status === 200
    })
  })
})

/** A TCP relay to a local port whose connections can be cut. */
async function breakableLine(target: number): Promise<{ readonly port: number; cut(): void }> {
  const sockets = new Set<Socket>()
  const relay = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  onTestFinished(() => {
    cut()
    relay.close()
  })
  return { port: (relay.address() as AddressInfo).port, cut }
}
