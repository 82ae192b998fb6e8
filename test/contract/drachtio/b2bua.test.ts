import { describe, expect, it } from 'vitest'
import { type App, type Dialog, sdp } from './srf.ts'
import { later, stage } from './stage.ts'

interface Call {
  readonly uas: Dialog
  readonly uac: Dialog
}

/** A B2BUA between alice and bob; `bridged` fails as createB2BUA does. */
async function bridgingStage(options: (app: App) => object = () => ({})) {
  const { app, phone } = await stage()
  const [caller, callee] = await Promise.all([phone('alice'), phone('bob')])
  const bridged = later<Call | { readonly status: number }>()
  await app((self) =>
    self.invite((request, response) => {
      self
        .createB2BUA(request, response, callee.uri, { localSdpB: request.body, ...options(self) })
        .then((call) => {
          call.uas.on('destroy', () => void call.uac.destroy())
          call.uac.on('destroy', () => void call.uas.destroy())
          bridged.resolve(call)
        })
        .catch(bridged.resolve)
    }),
  )
  return { caller, callee, bridged: bridged.promise }
}

async function bridgedCall() {
  const { caller, callee, bridged } = await bridgingStage()
  const inviteA = caller.invite()
  const inviteB = await callee.requestThat('INVITE')
  callee.answer(inviteB, 180)
  await caller.responseThat(180)
  const okB = callee.answer(inviteB, 200, {}, sdp(6000))
  await callee.requestThat('ACK')
  const okA = await caller.responseThat(200)
  caller.inDialog(inviteA, okA, 'ACK')
  return { caller, callee, inviteA, okA, inviteB, okB, call: (await bridged) as Call }
}

describe('a back-to-back user agent', () => {
  it('joins two calls with identities of their own', async () => {
    const { inviteA, okA, inviteB } = await bridgedCall()
    expect(inviteB.callId).not.toBe(inviteA.callId)
    expect(inviteB.from.uri).toContain('alice@')
    expect(inviteB.body.equals(inviteA.body)).toBe(true)
    expect(okA.body.toString()).toBe(sdp(6000))
  })

  it('ends the other side when the caller hangs up', async () => {
    const { caller, callee, inviteA, okA } = await bridgedCall()
    caller.inDialog(inviteA, okA, 'BYE')
    await caller.responseThat([200, 'BYE'])
    callee.answer(await callee.requestThat('BYE'), 200)
  })

  it('ends the other side when the callee hangs up', async () => {
    const { caller, callee, inviteB, okB } = await bridgedCall()
    callee.asCallee(inviteB, okB, 'BYE')
    await callee.responseThat([200, 'BYE'])
    caller.answer(await caller.requestThat('BYE'), 200)
  })

  it('passes a re-INVITE on', async () => {
    const { caller, callee, inviteA, okA, call } = await bridgedCall()
    call.uas.on('modify', (request, response) => {
      void call.uac.modify(request.body).then((body) => response.send(200, { body }))
    })
    const again = caller.inDialog(inviteA, okA, 'INVITE', {}, sdp(4010))
    const offer = await callee.requestThat('INVITE')
    expect(offer.body.toString()).toBe(sdp(4010))
    callee.answer(offer, 200, {}, sdp(6010))
    await callee.requestThat('ACK')
    const changed = await caller.responseThat([200, 'INVITE'])
    expect(changed.body.toString()).toBe(sdp(6010))
    caller.inDialog(again, changed, 'ACK')
  })

  it('passes a refusal on', async () => {
    const { caller, callee, bridged } = await bridgingStage()
    const invite = caller.invite()
    callee.answer(await callee.requestThat('INVITE'), 486)
    await callee.requestThat('ACK')
    caller.refusalAck(invite, await caller.responseThat(486))
    expect(await bridged).toMatchObject({ status: 486 })
  })

  it('passes a CANCEL on', async () => {
    const { caller, callee, bridged } = await bridgingStage()
    const invite = caller.invite()
    const inviteB = await callee.requestThat('INVITE')
    callee.answer(inviteB, 180)
    await caller.responseThat(180)
    caller.cancel(invite)
    caller.refusalAck(invite, await caller.responseThat(487))
    callee.answer(await callee.requestThat('CANCEL'), 200)
    callee.answer(inviteB, 487)
    await callee.requestThat('ACK')
    expect(await bridged).toMatchObject({ status: 487 })
  })

  it('passes provisional responses and chosen headers on', async () => {
    const { caller, callee } = await bridgingStage(() => ({
      proxyRequestHeaders: ['X-Ask'],
      proxyResponseHeaders: ['X-Reply'],
    }))
    const invite = caller.invite({ 'X-Ask': 'one' })
    const inviteB = await callee.requestThat('INVITE')
    expect(inviteB.get('x-ask')).toBe('one')
    callee.answer(inviteB, 183, { 'X-Reply': 'two' }, sdp(6000))
    expect((await caller.responseThat(183)).get('x-reply')).toBe('two')
    callee.answer(inviteB, 404)
    caller.refusalAck(invite, await caller.responseThat(404))
  })
})
