import { describe, expect, it } from 'vitest'
import { within } from '../../support/within.ts'
import { onOurEngine } from './server-under-test.ts'
import { type ProxyResults, sdp } from './srf.ts'
import { fastTimers, later, type Stage, stage } from './stage.ts'
import type { WirePhone } from './wire-phone.ts'

type Options = Readonly<Record<string, unknown>>

/** A proxy application between alice and bob, carol. */
async function proxyStage(
  options: Options = {},
  targets: (bob: WirePhone, carol: WirePhone) => string[] = (bob) => [bob.uri],
  settings?: Parameters<typeof stage>[0],
) {
  const set: Stage = await stage(settings)
  const [alice, bob, carol] = await Promise.all([set.phone('alice'), set.phone('bob'), set.phone('carol')])
  const results = later<ProxyResults>()
  await set.app((self) => {
    self.invite((request) => {
      void self
        .proxyRequest(request, targets(bob, carol), { ...options })
        .then(results.resolve, results.reject)
    })
    self.options((request) => {
      void self
        .proxyRequest(request, targets(bob, carol), { ...options })
        .then(results.resolve, results.reject)
    })
  })
  return {
    alice,
    bob,
    carol,
    server: set.server,
    results: () => within(3_000, 'the results', results.promise),
  }
}

const both = (bob: WirePhone, carol: WirePhone): string[] => [bob.uri, carol.uri]

describe('a proxied call', () => {
  it('is answered by the target; its dialog passes by', async () => {
    const { alice, bob, results } = await proxyStage()
    const invite = alice.invite({ 'X-Colour': 'blue', 'Max-Forwards': '20' })
    const forwarded = await bob.requestThat('INVITE')
    expect(forwarded.uri).toBe(bob.uri)
    expect(forwarded.values('via')).toHaveLength(2)
    expect(forwarded.maxForwards).toBe(19)
    expect(forwarded.get('x-colour')).toBe('blue')
    expect(forwarded.callId).toBe(invite.callId)
    expect(forwarded.has('record-route')).toBe(false)
    bob.answer(forwarded, 180)
    await alice.responseThat(180)
    bob.answer(forwarded, 200, {}, sdp(6000))
    const ok = await alice.responseThat(200)
    expect(ok.values('via')).toHaveLength(1)
    expect(ok.contacts[0]?.uri).toBe(bob.uri)
    expect(await results()).toMatchObject({ connected: true, finalStatus: 200 })
  })

  it('keeps the proxy in its path when it is record-routed', async () => {
    const { alice, bob } = await proxyStage({ recordRoute: true })
    const invite = alice.invite()
    const forwarded = await bob.requestThat('INVITE')
    const okB = bob.answer(forwarded, 200, {}, sdp())
    const ok = await alice.responseThat(200)
    expect(ok.get('record-route')).toMatch(/^<sip:127\.0\.0\.1:\d+;lr/)
    const toServer = { Route: ok.get('record-route') ?? '' }
    const inDialog = (method: string) => {
      const request = alice.inDialog(invite, ok, method, toServer)
      return request
    }
    inDialog('ACK')
    const ack = await bob.requestThat('ACK')
    expect(ack.values('via')).toHaveLength(2)
    expect(ack.has('route')).toBe(false)
    inDialog('INFO')
    bob.answer(await bob.requestThat('INFO'), 200)
    await alice.responseThat([200, 'INFO'])
    bob.asCallee(forwarded, okB, 'BYE')
    const bye = await alice.requestThat('BYE')
    expect(bye.has('route')).toBe(false)
    alice.answer(bye, 200)
    await bob.responseThat([200, 'BYE'])
  })

  it('does not relay for strangers who write a Route of their own', async () => {
    const { alice, bob, server } = await proxyStage({ recordRoute: true })
    const stranger = alice.request('INFO', {
      Route: `<sip:127.0.0.1:${server.sip.port};lr>`,
      To: '<sip:bob@127.0.0.1>;tag=made-up',
    })
    stranger.uri = bob.uri
    alice.send(stranger)
    await alice.responseThat([481, 'INFO'])
    expect(bob.received).toEqual([])
  })

  it('tries one target after the other', async () => {
    const { alice, bob, carol, results } = await proxyStage({}, both)
    alice.invite()
    const first = await bob.requestThat('INVITE')
    expect(carol.count('INVITE')).toBe(0)
    bob.answer(first, 486)
    await bob.requestThat('ACK')
    carol.answer(await carol.requestThat('INVITE'), 200, {}, sdp())
    await alice.responseThat(200)
    expect(await results()).toMatchObject({ connected: true })
  })

  it('goes on after a target that stays silent', async () => {
    const { alice, bob, carol, results } = await proxyStage({ provisionalTimeout: '100ms' }, both)
    alice.invite()
    await bob.requestThat('INVITE')
    carol.answer(await carol.requestThat('INVITE'), 200, {}, sdp())
    await alice.responseThat(200)
    expect(await results()).toMatchObject({ connected: true })
  })

  it('goes on after a target that rings too long, and cancels there', async () => {
    const { alice, bob, carol } = await proxyStage({ finalTimeout: '100ms' }, both)
    alice.invite()
    const first = await bob.requestThat('INVITE')
    bob.answer(first, 180)
    bob.answer(await bob.requestThat('CANCEL'), 200)
    bob.answer(first, 487)
    carol.answer(await carol.requestThat('INVITE'), 200, {}, sdp())
    await alice.responseThat(200)
  })

  it('rings all targets at once and cancels the others when one answers', async () => {
    const { alice, bob, carol, results } = await proxyStage({ forking: 'simultaneous' }, both)
    alice.invite()
    const [first, second] = await Promise.all([bob.requestThat('INVITE'), carol.requestThat('INVITE')])
    bob.answer(first, 180)
    carol.answer(second, 180)
    carol.answer(second, 200, {}, sdp())
    await alice.responseThat(200)
    bob.answer(await bob.requestThat('CANCEL'), 200)
    bob.answer(first, 487)
    await bob.requestThat('ACK')
    expect(await results()).toMatchObject({ connected: true })
  })

  it('passes every answer on when two targets answer', async () => {
    const { alice, bob, carol } = await proxyStage({ forking: 'simultaneous' }, both)
    alice.invite()
    const [first, second] = await Promise.all([bob.requestThat('INVITE'), carol.requestThat('INVITE')])
    bob.answer(first, 200, {}, sdp())
    carol.answer(second, 200, {}, sdp())
    const tags = [(await alice.responseThat(200)).to.tag, (await alice.responseThat(200)).to.tag]
    expect(new Set(tags)).toEqual(new Set([bob.tag, carol.tag]))
  })

  it('gives the caller the best of several refusals', async () => {
    const { alice, bob, carol, results } = await proxyStage({ forking: 'simultaneous' }, both)
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 503)
    carol.answer(await carol.requestThat('INVITE'), 486)
    alice.refusalAck(invite, await alice.responseThat(486))
    const { responses } = await results()
    expect(responses.flatMap(({ msgs }) => msgs.map(({ status }) => status)).sort()).toEqual([486, 503])
  })

  it('stops the search when a target speaks for everybody', async () => {
    const { alice, bob, carol } = await proxyStage({}, both)
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 603)
    alice.refusalAck(invite, await alice.responseThat(603))
    expect(carol.count('INVITE')).toBe(0)
  })

  it('follows redirects when it is told to', async () => {
    const { alice, bob, carol } = await proxyStage({ followRedirects: true })
    alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 302, { Contact: `<${carol.uri}>` })
    const redirected = await carol.requestThat('INVITE')
    expect(redirected.uri).toBe(carol.uri)
    carol.answer(redirected, 200, {}, sdp())
    await alice.responseThat(200)
  })

  it('passes a redirect on otherwise', async () => {
    const { alice, bob, carol } = await proxyStage()
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 302, { Contact: `<${carol.uri}>` })
    const redirect = await alice.responseThat(302)
    expect(redirect.contacts[0]?.uri).toBe(carol.uri)
    alice.refusalAck(invite, redirect)
  })

  it('is cancelled by the caller without the application', async () => {
    const { alice, bob, results } = await proxyStage()
    const invite = alice.invite()
    const forwarded = await bob.requestThat('INVITE')
    bob.answer(forwarded, 180)
    await alice.responseThat(180)
    alice.cancel(invite)
    await alice.responseThat([200, 'CANCEL'])
    bob.answer(await bob.requestThat('CANCEL'), 200)
    bob.answer(forwarded, 487)
    alice.refusalAck(invite, await alice.responseThat(487))
    expect(await results()).toMatchObject({ connected: false, finalStatus: 487 })
  })

  it('is refused when it has come too far', async () => {
    const { alice, bob, results } = await proxyStage()
    const invite = alice.invite({ 'Max-Forwards': '0' })
    const refusal = expect(results()).rejects.toMatch('483')
    alice.refusalAck(invite, await alice.responseThat(483))
    await refusal
    expect(bob.received).toEqual([])
  })

  it('goes where the caller’s next Route says', async () => {
    const { alice, bob, carol, server } = await proxyStage()
    alice.invite({ Route: `<sip:127.0.0.1:${server.sip.port};lr>, <sip:127.0.0.1:${carol.port};lr>` })
    const forwarded = await carol.requestThat('INVITE')
    expect(forwarded.uri).toBe(bob.uri)
    expect(forwarded.get('route')).toBe(`<sip:127.0.0.1:${carol.port};lr>`)
    carol.answer(forwarded, 200, {}, sdp())
    await alice.responseThat(200)
  })

  it('fits itself to a strict router', async () => {
    const { alice, bob, carol, server } = await proxyStage()
    alice.invite({ Route: `<sip:127.0.0.1:${server.sip.port};lr>, <sip:127.0.0.1:${carol.port}>` })
    const forwarded = await carol.requestThat('INVITE')
    expect(forwarded.uri).toBe(`sip:127.0.0.1:${carol.port}`)
    expect(forwarded.get('route')).toBe(`<${bob.uri}>`)
    carol.answer(forwarded, 200, {}, sdp())
    await alice.responseThat(200)
  })

  it.runIf(onOurEngine('shorter timers'))(
    'that rings for longer than Timer C is ended with 408',
    async () => {
      const { alice, bob } = await proxyStage({}, (target) => [target.uri], { ...fastTimers, timerCMs: 200 })
      const invite = alice.invite()
      bob.answer(await bob.requestThat('INVITE'), 180)
      bob.answer(await bob.requestThat('CANCEL'), 200)
      alice.refusalAck(invite, await alice.responseThat(408))
    },
  )

  it('other requests are proxied as well', async () => {
    const { alice, bob, results } = await proxyStage()
    alice.send(alice.request('OPTIONS'))
    bob.answer(await bob.requestThat('OPTIONS'), 200)
    await alice.responseThat([200, 'OPTIONS'])
    expect(await results()).toMatchObject({ finalStatus: 200 })
  })
})
