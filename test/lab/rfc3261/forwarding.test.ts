import { afterAll, beforeAll, describe, it } from 'vitest'
import { losing } from '../../support/line-faults.ts'
import { type SippScript, sdp } from '../../support/sipp-script.ts'
import { ProxyEngine } from './proxy-engine.ts'
import {
  callee,
  calleeIsHungUp,
  callerHangsUp,
  cancelledCallee,
  connected,
  refusedCaller,
  refusingCallee,
  untilHungUp,
} from './scripts.ts'
import type { Part } from './sipp-stage.ts'

// RFC 3261 §16 between a caller and several phones: where a proxy sends a request next, and which answer comes back.

// Timers B and F end after 6.4 s instead of 32.
const engine = new ProxyEngine({ transaction: { t1Ms: 100 } })
beforeAll(() => engine.start())
afterAll(() => engine.stop())

const play = (caller: SippScript, targets: SippScript[], options: Readonly<Record<string, unknown>> = {}) =>
  engine.play({ caller: { script: caller }, targets: targets.map((script) => ({ script })), options })

describe.concurrent('a proxy', () => {
  it('§16.6 tries one phone after the other', () =>
    play(callerHangsUp(), [refusingCallee(486), refusingCallee(480), calleeIsHungUp()], {
      recordRoute: true,
    }))

  it('§16.6 goes on after a phone that rings too long, and cancels there', () =>
    play(callerHangsUp(), [cancelledCallee(), calleeIsHungUp()], {
      finalTimeout: '400ms',
      recordRoute: true,
    }))

  it('§16.7 step 6 rings all phones and passes on the best of their refusals', () =>
    play(refusedCaller(486), [refusingCallee(503), refusingCallee(486)], { forking: 'simultaneous' }))

  it('§16.7 step 5 cancels the other phone when one refuses for all', () =>
    play(refusedCaller(603), [cancelledCallee(), refusingCallee(603)], { forking: 'simultaneous' }))

  it('§16.7 step 5 cancels the other phone when one answers', () =>
    play(
      callerHangsUp(),
      [
        untilHungUp(
          callee('answers')
            .await('INVITE')
            .answer(180)
            .pause(300)
            .answer(200, { toKept: true, body: sdp() })
            .await('ACK'),
        ),
        cancelledCallee(),
      ],
      { forking: 'simultaneous', recordRoute: true },
    ))

  it('§16.7 step 4 follows a redirection', () =>
    engine.play({
      caller: { script: callerHangsUp() },
      targets: [
        {
          script: callee('has moved')
            .await('INVITE')
            .answer(302, { contact: '<sip:phone@[spare]>' })
            .await('ACK')
            .linger(),
        },
      ],
      spare: { script: calleeIsHungUp() },
      options: { followRedirects: true, recordRoute: true },
    }))

  it('§17.1.1.2 Timer B gives a phone up that stays silent: 408', () =>
    engine.play({ caller: { script: refusedCaller(408) }, targets: [silent()] }))

  it('§16.7 step 6, §17.1.1.2 goes on to the next phone when one stays silent', () =>
    engine.play({
      caller: { script: callerHangsUp() },
      targets: [silent(), { script: calleeIsHungUp() }],
      options: { recordRoute: true },
    }))

  it('§16.12.1.1 sends what is in a dialog by the loose router behind it', () => {
    const route = '<sip:127.0.0.1:[local_port];lr>'
    return play(behindRouter(), [routed(route, { Route: route.replace('[local_port]', '[0-9]+') })], {
      recordRoute: true,
    })
  })

  it('§16.12.1.2 puts a strict router behind it into the Request-URI, and the target last in the Routes', () => {
    const route = '<sip:router@127.0.0.1:[local_port]>'
    return play(behindRouter(), [routed(route, { Route: '<sip:sipp@127.0.0.1:[0-9]+;transport=UDP>' })], {
      recordRoute: true,
    })
  })
})

/** What is sent to this phone is lost. */
const silent = (): Part => ({
  script: calleeIsHungUp(),
  line: losing(/^/, Number.POSITIVE_INFINITY),
  mayGoUncalled: true,
})

const behindRouter = (): SippScript =>
  connected('calls by a router')
    .send('INFO', { body: 'x', contentType: 'text/plain' })
    .expect(200)
    .send('BYE')
    .expect(200)

/** A phone together with the router before it, whose Record-Route is `route`. */
function routed(recordRoute: string, has: Readonly<Record<string, string>>): SippScript {
  return callee('is reached by a router')
    .await('INVITE')
    .answer(200, { recordRoute, body: sdp() })
    .await('ACK', { has })
    .await('INFO', { has })
    .answer(200)
    .await('BYE', { has })
    .answer(200)
    .linger()
}
