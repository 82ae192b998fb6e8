import { describe, expect, it } from 'vitest'
import { eventually, within } from '../../support/within.ts'
import { type App, type Dialog, type SipFailure, sdp } from './srf.ts'
import { later, stage } from './stage.ts'

// The options of createB2BUA, one a test. That calls are joined at all is shown in b2bua.test.ts.

interface Call {
  readonly uas: Dialog
  readonly uac: Dialog
}

/** An application that bridges alice to bob with these options. */
async function bridging(options: object, hooks: object = {}) {
  const { app, phone } = await stage()
  const [alice, bob] = await Promise.all([phone('alice'), phone('bob')])
  const bridged = later<Call | SipFailure>()
  const srf = await app((self) =>
    self.invite((request, response) => {
      const call = (self.createB2BUA as (...args: unknown[]) => Promise<Call>)(
        request,
        response,
        bob.uri,
        options,
        hooks,
      )
      call.then(bridged.resolve, bridged.resolve)
    }),
  )
  return { srf, alice, bob, bridged: bridged.promise, phone }
}

const comesToRest = (srf: App): Promise<unknown> => eventually(3_000, 'rest', () => srf.idle)

describe('createB2BUA', () => {
  it('passes on the headers that are named, both ways, and adds its own', async () => {
    const { srf, alice, bob } = await bridging({
      headers: { 'X-Added': 'there' },
      proxyRequestHeaders: ['X-One', 'Subject'],
      proxyResponseHeaders: ['X-Two'],
      responseHeaders: (_: unknown, headers: Record<string, string>) => ({ ...headers, 'X-Added': 'back' }),
    })
    const invite = alice.invite({ 'X-One': '1', Subject: 'a call', 'X-Secret': 'no' })
    const onward = await bob.requestThat('INVITE')
    const names = ['x-one', 'subject', 'x-added', 'x-secret'] as const
    expect(names.map((name) => onward.get(name))).toEqual(['1', 'a call', 'there', undefined])
    bob.answer(onward, 200, { 'X-Two': '2', 'X-Secret': 'no' }, sdp())
    const ok = await alice.responseThat([200, 'INVITE'])
    expect(['x-two', 'x-added', 'x-secret'].map((name) => ok.get(name))).toEqual(['2', 'back', undefined])
    alice.inDialog(invite, ok, 'ACK')
    await bob.requestThat('ACK')
    await comesToRest(srf)
  })

  it('passes all headers on but those that are taken out', async () => {
    const { alice, bob } = await bridging({ proxyRequestHeaders: ['all', '-X-Secret'] })
    alice.invite({ 'X-One': '1', 'X-Secret': 'no', Priority: 'urgent' })
    const onward = await bob.requestThat('INVITE')
    expect(['x-one', 'priority', 'x-secret'].map((name) => onward.get(name))).toEqual([
      '1',
      'urgent',
      undefined,
    ])
    expect(onward.getAll('record-route')).toEqual([])
  })

  it('takes descriptions for each side, as text or from a function', async () => {
    const { alice, bob, bridged } = await bridging({
      localSdpB: sdp(5001),
      localSdpA: async (theirs: string) => theirs.replace('6000', '5002'),
    })
    const invite = alice.invite()
    const onward = await bob.requestThat('INVITE')
    expect(onward.body.toString()).toBe(sdp(5001))
    bob.answer(onward, 200, {}, sdp(6000))
    const ok = await alice.responseThat([200, 'INVITE'])
    expect(ok.body.toString()).toBe(sdp(5002))
    alice.inDialog(invite, ok, 'ACK')
    const { uas, uac } = (await bridged) as Call
    expect([uas.local.sdp, uac.local.sdp]).toEqual([sdp(5002), sdp(5001)])
  })

  it('keeps a refusal from the caller when it is told to, and may try another', async () => {
    const { app, phone } = await stage()
    const [alice, bob, carol] = await Promise.all([phone('alice'), phone('bob'), phone('carol')])
    const bridged = later<Call>()
    await app((self) =>
      self.invite((request, response) => {
        const options = { localSdpB: request.body, passFailure: false }
        self
          .createB2BUA(request, response, bob.uri, { ...options })
          .catch(() => self.createB2BUA(request, response, carol.uri, { ...options }))
          .then(bridged.resolve, bridged.reject)
      }),
    )
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 486)
    await bob.requestThat('ACK')
    carol.answer(await carol.requestThat('INVITE'), 200, {}, sdp())
    const ok = await alice.responseThat([200, 'INVITE'])
    expect(alice.count(486)).toBe(0)
    alice.inDialog(invite, ok, 'ACK')
    await bridged.promise
  })

  it('keeps provisional responses from the caller when it is told to', async () => {
    const heard: number[] = []
    const { alice, bob } = await bridging(
      { passProvisionalResponses: false },
      { cbProvisional: ({ status }: { status: number }) => heard.push(status) },
    )
    const invite = alice.invite()
    const onward = await bob.requestThat('INVITE')
    bob.answer(onward, 180)
    await eventually(2_000, 'the 180', () => heard.includes(180))
    bob.answer(onward, 200, {}, sdp())
    alice.inDialog(invite, await alice.responseThat([200, 'INVITE']), 'ACK')
    expect(alice.count(180)).toBe(0)
  })

  it('tells of the request and of the far side as soon as they are there', async () => {
    const told: string[] = []
    const { alice, bob } = await bridging(
      {},
      {
        cbRequest: (_: unknown, { method }: { method: string }) => told.push(method),
        cbFinalizedUac: ({ type }: { type: string }) => told.push(type),
      },
    )
    const invite = alice.invite()
    bob.answer(await bob.requestThat('INVITE'), 200, {}, sdp())
    alice.inDialog(invite, await alice.responseThat([200, 'INVITE']), 'ACK')
    expect(told).toEqual(['INVITE', 'uac'])
  })

  it('without an offer from the caller has each side describe itself in 200 and ACK', async () => {
    const { alice, bob, bridged, srf } = await bridging({})
    const invite = alice.invite({}, '')
    const onward = await bob.requestThat('INVITE')
    expect(onward.body.length).toBe(0)
    bob.answer(onward, 200, {}, sdp(6000))
    const ok = await alice.responseThat([200, 'INVITE'])
    expect(ok.body.toString()).toBe(sdp(6000))
    alice.inDialog(invite, ok, 'ACK', {}, sdp(4000))
    expect((await bob.requestThat('ACK')).body.toString()).toBe(sdp(4000))
    expect(((await within(2_000, 'the call', bridged)) as Call).uac.type).toBe('uac')
    await comesToRest(srf)
  })

  it('passes reliable provisional responses on reliably', async () => {
    const { alice, bob, srf } = await bridging({
      proxyRequestHeaders: ['Supported'],
      proxyResponseHeaders: ['all'],
    })
    const invite = alice.invite({ Supported: '100rel' })
    const onward = await bob.requestThat('INVITE')
    bob.answer(onward, 183, { Require: '100rel', RSeq: '17' }, sdp(6000))
    const prack = await bob.requestThat('PRACK')
    expect(prack.get('rack')).toBe(`17 ${onward.cseq.number} INVITE`)
    bob.answer(prack, 200)
    const progress = await alice.responseThat([183, 'INVITE'])
    expect(progress.get('require')).toBe('100rel')
    alice.inDialog(invite, progress, 'PRACK', { RAck: `${progress.get('rseq')} 1 INVITE` })
    await alice.responseThat([200, 'PRACK'])
    bob.answer(onward, 200, {}, sdp(6000))
    await bob.requestThat('ACK')
    alice.inDialog(invite, await alice.responseThat([200, 'INVITE']), 'ACK')
    await comesToRest(srf)
  })
})
