import { afterAll, beforeAll, describe, it } from 'vitest'
import { type SippScript, sdp } from '../../support/sipp-script.ts'
import { site } from '../../support/site.ts'
import { PhoneBox } from './phone-box.ts'
import * as scripts from './scripts.ts'
import { answering, callee, caller, connected, untilHungUp } from './scripts.ts'
import type { Wire } from './sipp-stage.ts'

// RFC 3261 as two phones see it. A SIPp that hears anything but what its scenario says fails the test.

const wires: readonly Wire[] = ['udp', 'tcp']
const calls = 2

describe.each(['b2bua', 'proxy'] as const)('the box as %s', (callHandling) => {
  const isProxy = callHandling === 'proxy'
  const box = new PhoneBox(callHandling)
  beforeAll(() => box.start())
  afterAll(() => box.stop())

  describe.each(wires)('over %s', (transport) => {
    const play = async (calling: SippScript, ...called: SippScript[]): Promise<void> => {
      const callees = called.map((script) => ({ script, transport, calls }))
      await box.play({ caller: { script: calling, transport, calls }, callees })
    }
    it.concurrent('§13 the caller hangs up', () => play(scripts.callerHangsUp(), scripts.calleeIsHungUp()))

    it.concurrent('§15 the callee hangs up', () => play(scripts.callerIsHungUp(), scripts.calleeHangsUp()))

    it.concurrent('§15.1.2 two BYEs cross', () => {
      const crossing = answering('hangs up while it is hung up').await('BYE', { isKept: true }).send('BYE')
      const crossed = connected('hangs up while it is hung up').pause().send('BYE', { as: 'own' })
      return isProxy
        ? play(
            crossed.await('BYE').answer(200).expect(200, { of: 'own' }).linger(),
            crossing.expect(200).answer(200, { toKept: true }).linger(),
          )
        : play(crossed.expect(200), crossing.expect(481).answer(200, { toKept: true }).linger())
    })

    it.concurrent('§9.1 a CANCEL reaches the phone that rings', () =>
      play(
        caller('cancels')
          .send('INVITE', { body: sdp() })
          .expect(100, { optional: true })
          .expect(180)
          .cancel()
          .expect(200)
          .expect(487)
          .ackRefusal()
          .linger(),
        scripts.cancelledCallee(),
      ))

    it.concurrent('§9.1 a CANCEL that overtakes all answers ends the call', async () => {
      const calling = caller('cancels at once').send('INVITE', { body: sdp(), isUnrepeated: true }).cancel()
      const script = calling.expect(200).expect(487).ackRefusal().linger()
      const waiting = scripts.cancelledCallee()
      await box.play({
        // SIPp knows no optional response ahead of a request.
        caller: { script, transport, calls, ignoresUnexpected: true },
        callees: [{ script: waiting, transport, calls, mayGoUncalled: true }],
      })
    })

    it.concurrent('§9.1 a CANCEL crosses the answer: the call is hung up', () => {
      const calling = caller('cancels').send('INVITE', { body: sdp() }).expect(100, { optional: true })
      const cancelled = calling.expect(180).cancel().expect(200)
      const answers = callee('answers when it is cancelled')
        .await('INVITE')
        .answer(180)
        .await('CANCEL')
        .answer(200)
        .answer(200, { toKept: true, body: sdp() })
        .await('ACK')
      return play(
        isProxy
          ? cancelled.expect(200, { opensDialog: true }).ack().send('BYE').expect(200)
          : cancelled.expect(487).ackRefusal().linger(),
        untilHungUp(answers),
      )
    })

    it.concurrent('§9.2 a CANCEL after the answer changes nothing', () =>
      play(
        connected('cancels too late')
          .cancel()
          .expect(200)
          .pause()
          .send('INFO', { body: 'x', contentType: 'text/plain' })
          .expect(200)
          .send('BYE')
          .expect(200),
        untilHungUp(answering('is not cancelled').await('INFO').answer(200)),
      ))

    it.concurrent('§17.1.1.3 a refusal is acknowledged hop by hop', () =>
      play(scripts.refusedCaller(486), scripts.refusingCallee(486)))

    it.concurrent('§14 a session is put on hold and taken back', () =>
      play(
        connected('holds')
          .send('INVITE', { body: sdp(2, 'sendonly') })
          .expect(100, { optional: true })
          .expect(200)
          .ack()
          .send('INVITE', { body: sdp(3) })
          .expect(100, { optional: true })
          .expect(200)
          .ack()
          .send('BYE')
          .expect(200),
        untilHungUp(
          answering('is held')
            .await('INVITE')
            .answer(200, { body: sdp(2, 'recvonly') })
            .await('ACK')
            .await('INVITE')
            .answer(200, { body: sdp(3) })
            .await('ACK'),
        ),
      ))

    it.concurrent('§14.1 two re-INVITEs cross: 491, and the next one goes through', () => {
      const held = answering('re-INVITEs when it is re-INVITEd')
        .await('INVITE', { isKept: true })
        .send('INVITE', { body: sdp(2, 'sendonly') })
        .expect(100, { optional: true })
        .expect(491)
        .ackRefusal()
        .answer(491, { toKept: true })
        .await('ACK')
      const calling = connected('re-INVITEs').send('INVITE', {
        body: sdp(2, 'sendonly'),
        as: 'own',
        isUnrepeated: isProxy,
      })
      const glare = calling.expect(100, { optional: true })
      if (isProxy) glare.await('INVITE').answer(491).await('ACK')
      return play(
        glare
          .expect(100, { optional: true, of: 'own' })
          .expect(491, { of: 'own' })
          .ackRefusal()
          .pause(300)
          .send('INVITE', { body: sdp(3, 'sendonly') })
          .expect(100, { optional: true })
          .expect(200)
          .ack()
          .send('BYE')
          .expect(200),
        untilHungUp(
          held
            .await('INVITE')
            .answer(200, { body: sdp(3, 'recvonly') })
            .await('ACK'),
        ),
      )
    })

    it.concurrent('RFC 3311 UPDATE offers anew', () =>
      play(
        connected('updates')
          .send('UPDATE', { body: sdp(2, 'sendonly') })
          .expect(200, { has: { 'Content-Type': 'application/sdp' } })
          .send('BYE')
          .expect(200),
        untilHungUp(
          answering('is updated')
            .await('UPDATE')
            .answer(200, { body: sdp(2, 'recvonly') }),
        ),
      ))

    it.concurrent('RFC 4028 §7.4 an offer that changes nothing keeps the session alive', () => {
      const kept = answering('is left alone')
      if (isProxy) {
        kept.await('INVITE').answer(200, { body: sdp() }).await('ACK')
        kept.await('UPDATE').answer(200, { body: sdp() })
      }
      return play(
        connected('refreshes')
          .send('INVITE', { body: sdp(2) })
          .expect(100, { optional: true })
          .expect(200, { has: { 'Content-Type': 'application/sdp' } })
          .ack()
          .send('UPDATE', { body: sdp(3) })
          .expect(200, { has: { 'Content-Type': 'application/sdp' } })
          .send('BYE')
          .expect(200),
        untilHungUp(kept),
      )
    })

    it.concurrent('§8.2, RFC 6086, RFC 3428 OPTIONS, INFO and MESSAGE in a call, from both ends', () =>
      play(
        connected('talks about the call')
          .send('OPTIONS')
          .expect(200)
          .send('INFO', { body: 'Signal=1', contentType: 'application/dtmf-relay' })
          .expect(200)
          .await('MESSAGE')
          .answer(200)
          .send('BYE')
          .expect(200),
        untilHungUp(
          (isProxy ? answering('talks back').await('OPTIONS').answer(200) : answering('talks back'))
            .await('INFO', { has: { 'Content-Type': 'application/dtmf-relay' } })
            .answer(200)
            .send('MESSAGE', { body: 'hello', contentType: 'text/plain' })
            .expect(200),
        ),
      ))

    it.concurrent('§13.2.1 early media comes through before the answer', () =>
      play(
        caller('hears early media')
          .send('INVITE', { body: sdp() })
          .expect(100, { optional: true })
          .expect(183, { has: { 'Content-Type': 'application/sdp' } })
          .expect(200, { opensDialog: true })
          .ack()
          .send('BYE')
          .expect(200),
        untilHungUp(
          callee('plays early media')
            .await('INVITE')
            .answer(183, { body: sdp() })
            .pause(100)
            .answer(200, { toKept: true, body: sdp() })
            .await('ACK'),
        ),
      ))

    it.concurrent('RFC 3262 a reliable provisional response is acknowledged by PRACK', () =>
      play(scripts.acknowledgesRinging(), scripts.ringsReliably()))

    // A B2BUA's NOTIFYs come faster than SIPp can take them; test/flow/edge shows its transfers.
    if (isProxy) {
      it.concurrent('RFC 3515 REFER and its NOTIFY pass', () => {
        const referring = { headers: [`Refer-To: <sip:nobody@${site}>`] }
        const notifying = { headers: ['Event: refer', 'Subscription-State: terminated;reason=noresource'] }
        const referrer = connected('refers').send('REFER', referring).expect(202).await('NOTIFY').answer(200)
        const referred = answering('is referred').await('REFER').answer(202).send('NOTIFY', notifying)
        return play(untilHungUp(referrer), referred.expect(200).send('BYE').expect(200))
      })
    }

    it.concurrent('§16.7 both phones of a user ring, one answers, the other is cancelled', () =>
      play(
        scripts.callerHangsUp(),
        untilHungUp(
          callee('answers later')
            .await('INVITE')
            .answer(180)
            .pause(300)
            .answer(200, { toKept: true, body: sdp() })
            .await('ACK'),
        ),
        scripts.cancelledCallee(),
      ))

    it.concurrent('§13.2.2.4 forks behind a phone ring and answer twice: the second answer is hung up', () => {
      const forks = callee('forks')
        .await('INVITE')
        .answer(180, { tag: 'a' })
        .answer(180, { tag: 'b' })
        .answer(200, { tag: 'b', body: sdp() })
        .await('ACK')
        .answer(200, { toKept: true, tag: 'a', body: sdp() })
        .await('ACK', { has: { To: 'a$' } })
        .await('BYE', { has: { To: 'a$' } })
        .answer(200)
        .await('BYE', { has: { To: 'b$' } })
        .answer(200)
        .linger()
      return isProxy
        ? play(
            caller('hangs the second answer up')
              .send('INVITE', { body: sdp() })
              .expectRinging()
              .expect(180, { optional: true })
              .expect(200, { opensDialog: true, keeps: { first: 'To' } })
              .ack()
              .expect(200, { opensDialog: true })
              .ack()
              .send('BYE')
              .expect(200)
              .send('BYE', { to: 'To:[$first]' })
              .expect(200),
            forks,
          )
        : play(
            caller('hears of one answer')
              .send('INVITE', { body: sdp() })
              .expectRinging()
              .expect(180, { optional: true })
              .expect(200, { opensDialog: true })
              .ack()
              .pause(500)
              .send('BYE')
              .expect(200),
            forks,
          )
    })
  })
})
