import { describe, expect, it } from 'vitest'
import { eventually, within } from '../../support/within.ts'
import { onOurEngine } from './server-under-test.ts'
import {
  type App,
  type Dialog,
  type Message,
  type Request,
  type Response,
  type SipFailure,
  sdp,
} from './srf.ts'
import { fastTimers, later, stage } from './stage.ts'

// What drachtio-srf offers to applications that are called: an option or an event a test.

/** An application whose handler is `onInvite`, and a phone that calls it. */
async function answering(
  onInvite: (app: App, request: Request, response: Response) => void,
  settings?: Parameters<typeof stage>[0],
) {
  const { app, phone } = await stage(settings)
  const srf = await app((self) => self.invite((request, response) => onInvite(self, request, response)))
  return { srf, alice: await phone('alice'), phone }
}

/** A call that the application has answered. */
async function answeredCall(options: object = { localSdp: sdp(6000) }) {
  const uas = later<Dialog>()
  const { srf, alice } = await answering((app, request, response) => {
    app.createUAS(request, response, options).then(uas.resolve, uas.reject)
  })
  const invite = alice.invite()
  const ok = await alice.responseThat([200, 'INVITE'])
  alice.inDialog(invite, ok, 'ACK')
  return { srf, alice, invite, ok, dialog: await uas.promise }
}

const comesToRest = (srf: App): Promise<unknown> => eventually(3_000, 'rest', () => srf.idle)

describe('createUAS', () => {
  it('takes a function for the description, and headers of its own', async () => {
    const { ok, dialog, srf } = await answeredCall({
      localSdp: async () => sdp(6002),
      headers: { 'X-App': '1', Contact: '<sip:here@localhost>', 'User-Agent': 'test' },
    })
    expect(ok.body.toString()).toBe(sdp(6002))
    expect([ok.get('x-app'), ok.get('user-agent')]).toEqual(['1', 'test'])
    expect(ok.contacts[0]?.uri).toMatch(/^sip:here@127\.0\.0\.1:\d+$/)
    expect(dialog.local.uri).toBe(ok.contacts[0]?.uri)
    await comesToRest(srf)
  })

  it('takes the tag of its side from To', async () => {
    const { ok, dialog } = await answeredCall({
      localSdp: sdp(),
      headers: { To: '<sip:service@127.0.0.1>;tag=of-my-own' },
    })
    expect(ok.to.tag).toBe('of-my-own')
    expect(dialog.sip.localTag).toBe('of-my-own')
  })

  it('without an offer from the caller makes one, and finds the answer in the ACK', async () => {
    const uas = later<Dialog>()
    const acked = later<string>()
    const { alice } = await answering((app, request, response) => {
      app.createUAS(request, response, { localSdp: sdp(6000) }).then((dialog) => {
        dialog.on('ack', (ack) => acked.resolve(ack.body))
        uas.resolve(dialog)
      }, uas.reject)
    })
    const invite = alice.invite({}, '')
    const ok = await alice.responseThat([200, 'INVITE'])
    await uas.promise
    alice.inDialog(invite, ok, 'ACK', {}, sdp(4444))
    expect(await within(2_000, 'the ACK', acked.promise)).toBe(sdp(4444))
    expect((await uas.promise).remote.sdp).toBe(sdp(4444))
  })

  it('fails with 487 when the caller hangs up before', async () => {
    const failed = later<SipFailure>()
    const { alice, srf } = await answering((app, request, response) => {
      request.on('cancel', () => undefined)
      const localSdp = () => new Promise<string>((resolve) => request.on('cancel', () => resolve(sdp())))
      app.createUAS(request, response, { localSdp }).catch(failed.resolve)
    })
    const invite = alice.invite()
    await alice.responseThat(100)
    alice.cancel(invite)
    alice.refusalAck(invite, await alice.responseThat([487, 'INVITE']))
    await within(2_000, 'the failure', failed.promise)
    await comesToRest(srf)
  })
})

describe('a response', () => {
  it('has the status, reason, headers and body that it is given', async () => {
    const { alice } = await answering((_, _request, response) =>
      response.send(600, 'Not Tonight', { headers: { 'Retry-After': '60' } }),
    )
    const invite = alice.invite()
    const refusal = await alice.responseThat([600, 'INVITE'])
    expect([refusal.reason, refusal.get('retry-after')]).toEqual(['Not Tonight', '60'])
    alice.refusalAck(invite, refusal)
  })

  it('that comes second fails, and only the first goes out', async () => {
    const outcomes: unknown[] = []
    const { alice, srf } = await answering((_, _request, response) => {
      for (const status of [486, 480]) response.send(status, {}, (error) => outcomes.push(error))
    })
    const invite = alice.invite()
    alice.refusalAck(invite, await alice.responseThat([486, 'INVITE']))
    await eventually(2_000, 'both outcomes', () => outcomes.length === 2)
    expect(outcomes.filter((error) => error === null).length).toBe(1)
    expect(alice.count(480)).toBe(0)
    await comesToRest(srf)
  })
})

describe('the events of a dialog', () => {
  it.each([
    ['refresh', sdp()],
    ['hold', sdp().replace('sendrecv', 'sendonly')],
  ] as const)('%s: the re-INVITE is answered by drachtio-srf', async (event, body) => {
    const { alice, invite, ok, dialog, srf } = await answeredCall()
    const heard = later<Message>()
    dialog.on(event, heard.resolve)
    const again = alice.inDialog(invite, ok, 'INVITE', {}, body)
    const answer = await alice.responseThat([200, 'INVITE'])
    expect(answer.contacts.length).toBe(1)
    expect(answer.body.length).toBeGreaterThan(0)
    alice.inDialog(again, answer, 'ACK')
    await within(2_000, 'the event', heard.promise)
    await comesToRest(srf)
  })

  it('unhold follows hold', async () => {
    const { alice, invite, ok, dialog } = await answeredCall()
    const heard: string[] = []
    for (const event of ['hold', 'unhold'] as const) dialog.on(event, () => heard.push(event))
    for (const [index, direction] of ['sendonly', 'sendrecv'].entries()) {
      const again = alice.inDialog(invite, ok, 'INVITE', {}, sdp().replace('sendrecv', direction))
      await alice.countReaches([200, 'INVITE'], 1 + index)
      alice.inDialog(again, ok, 'ACK')
      await eventually(2_000, 'the event', () => heard.length === index + 1)
    }
    expect(heard).toEqual(['hold', 'unhold'])
  })

  it('modify is the application’s to answer', async () => {
    const { alice, invite, ok, dialog } = await answeredCall()
    dialog.on('modify', (request, response) => response.send(200, { body: request.body }))
    const again = alice.inDialog(invite, ok, 'INVITE', {}, sdp(5000))
    const answer = await alice.responseThat([200, 'INVITE'])
    expect(answer.body.toString()).toBe(sdp(5000))
    alice.inDialog(again, answer, 'ACK')
  })

  it.runIf(onOurEngine('shorter timers'))('destroy tells why the engine has ended the call', async () => {
    const why = later<string | undefined>()
    const { alice } = await answering(
      (app, request, response) =>
        void app
          .createUAS(request, response, { localSdp: sdp() })
          .then((dialog) => dialog.on('destroy', (_, reason) => why.resolve(reason))),
      fastTimers,
    )
    alice.invite()
    alice.answer(await alice.requestThat('BYE'), 200)
    expect(await within(3_000, 'the reason', why.promise)).toBe('ACK timeout')
  })
})

describe('routes of an application', () => {
  it('are taken back and given again', async () => {
    const { app, phone } = await stage()
    const srf = await app((self) => {
      self.options((_, response) => response.send(200))
      self.message((_, response) => response.send(200))
    })
    const alice = await phone('alice')
    /** Asks until that answer comes. */
    const untilAnswered = (status: number): Promise<unknown> => {
      const before = alice.count([status, 'OPTIONS'])
      return eventually(3_000, `an answer ${status}`, () => {
        alice.send(alice.request('OPTIONS'))
        return alice.count([status, 'OPTIONS']) > before
      })
    }
    srf.unregisterForMessages('options')
    await untilAnswered(503)
    alice.send(alice.request('MESSAGE'))
    await alice.responseThat([200, 'MESSAGE'])
    srf.reregisterForMessages('options')
    await untilAnswered(200)
  })
})
