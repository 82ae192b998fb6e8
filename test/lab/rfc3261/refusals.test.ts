import { afterAll, beforeAll, describe, it } from 'vitest'
import { type SippScript, sdp } from '../../support/sipp-script.ts'
import { site } from '../../support/site.ts'
import { PhoneBox } from './phone-box.ts'
import { callee, caller, cancelledCallee, untilHungUp } from './scripts.ts'
import type { Wire } from './sipp-stage.ts'

// What a box refuses by itself, with the status and the headers that RFC 3261 asks for.

const wires: readonly Wire[] = ['udp', 'tcp']
const nobody = `sip:nobody@${site}`

interface Refusal {
  readonly what: string
  readonly script: SippScript
  readonly target?: string
}

const refusals: readonly Refusal[] = [
  {
    what: '§8.2.6.2, RFC 3581: a response goes where the request came from and says so',
    script: caller('asks by rport')
      .send('OPTIONS', { uri: `sip:${site}` })
      .expect(200, { has: { Via: 'rport=[0-9]+', To: 'tag=' } }),
  },
  {
    what: '§11.2: OPTIONS tells what is understood',
    script: caller('asks for abilities')
      .send('OPTIONS', { uri: `sip:${site}` })
      .expect(200, { has: { Allow: 'INVITE.*BYE', Accept: 'application/sdp', Supported: '.+' } }),
  },
  {
    what: '§8.2.1: 501 for a method that nobody knows',
    script: caller('is strange').send('BLAH').expect(501),
  },
  {
    what: '§8.2.1: 405 with Allow for a method that is not offered',
    script: caller('publishes')
      .send('PUBLISH')
      .expect(405, { has: { Allow: 'INVITE' } }),
  },
  {
    what: '§8.2.2.1: 416 for a scheme that is none of SIP’s',
    script: caller('dials another scheme')
      .send('INVITE', { uri: 'news:comp.dcom.telecom', body: sdp() })
      .expect(100, { optional: true })
      .expect(416)
      .ackRefusal(),
  },
  {
    what: '§8.2.2.1: 404 for a user who is not here',
    script: caller('dials nobody')
      .send('INVITE', { body: sdp() })
      .expect(100, { optional: true })
      .expect(404, { has: { To: 'tag=' } })
      .ackRefusal(),
  },
  {
    what: '§16.3: 483 when Max-Forwards is used up',
    script: caller('has gone too far')
      .send('INVITE', { body: sdp(), maxForwards: 0 })
      .expect(100, { optional: true })
      .expect(483)
      .ackRefusal(),
  },
  {
    what: '§12.2.2: 481 for a request in a dialog that nobody has',
    script: caller('has forgotten').send('BYE', { to: 'To: <[called]>;tag=gone' }).expect(481),
  },
  {
    what: '§22.2: 407 with a nonce for a user of ours, who then gets further',
    script: caller('shows who it is')
      .send('INVITE', { body: sdp(), headers: ['X-Claim: first'] })
      .expect(100, { optional: true })
      .expect(407, { isChallenge: true, has: { 'Proxy-Authenticate': 'Digest .*nonce=' } })
      .ackRefusal()
      .send('INVITE', { body: sdp(), headers: ['[authentication username=1119 password=secret-1119]'] })
      .expect(100, { optional: true })
      .expect(404)
      .ackRefusal(),
  },
]

describe.each(['b2bua', 'proxy'] as const)('the box as %s', (callHandling) => {
  const box = new PhoneBox(callHandling)
  beforeAll(() => box.start())
  afterAll(() => box.stop())

  describe.each(wires)('over %s', (transport) => {
    it.concurrent.each(refusals)('$what', async ({ script, target = nobody }) => {
      const claimed = script.print().includes('1119') ? `sip:1119@${site}` : undefined
      await box.ask({ script, transport }, target, claimed)
    })

    it.concurrent('§8.2.2.3: 420 with Unsupported for an extension that is required and not known', async () => {
      const script = caller('requires much')
      const header = callHandling === 'proxy' ? 'Proxy-Require' : 'Require'
      script
        .send('INVITE', { body: sdp(), headers: [`${header}: nothingSIPbutAll`] })
        .expect(100, { optional: true })
        .expect(420, { has: { Unsupported: 'nothingSIPbutAll' } })
        .ackRefusal()
      await box.play({
        caller: { script, transport },
        callees: [{ script: callee('is not called').await('INVITE'), transport, mayGoUncalled: true }],
      })
    })

    // Two copies that branched before a proxy are its target's to tell apart; a B2BUA is that target.
    if (callHandling === 'b2bua') {
      it.concurrent('§8.2.3: 415 with Accept for a body that is no session description', async () => {
        const script = caller('sends prose')
          .send('INVITE', { body: 'Mr. Watson, come here', contentType: 'text/prose' })
          .expect(100, { optional: true })
          .expect(415, { has: { Accept: 'application/sdp' } })
          .ackRefusal()
        await box.play({
          caller: { script, transport },
          callees: [{ script: callee('is not called').await('INVITE'), transport, mayGoUncalled: true }],
        })
      })

      it.concurrent('§8.2.2.2: 482 for a call that comes by two ways, while the first way goes on', async () => {
        const script = caller('comes twice')
          .send('INVITE', { body: sdp(), as: 'first' })
          .expect(100, { optional: true })
          .expect(180)
          .send('INVITE', { body: sdp(), cseq: 1 })
          .expect(100, { optional: true })
          .expect(482)
          .ackRefusal()
          .cancel('first')
          .expect(200)
          .expect(487)
          .ackRefusal()
          .linger()
        await box.play({
          caller: { script, transport },
          callees: [{ script: cancelledCallee(), transport }],
        })
      })
    } else {
      it.concurrent('§22.3: the challenge of a phone reaches the caller, who answers it', async () => {
        const challenge = 'Digest realm="phone.test", nonce="dcd98b71", algorithm=MD5, qop="auth"'
        const asking = callee('asks who it is')
          .await('INVITE')
          .answer(407, { headers: [`Proxy-Authenticate: ${challenge}`] })
          .await('ACK')
          .await('INVITE', { has: { 'Proxy-Authorization': 'username="alice".*realm="phone.test"' } })
          .answer(200, { tag: '2', body: sdp() })
          .await('ACK')
        const showing = caller('shows who it is')
          .send('INVITE', { body: sdp() })
          .expect(100, { optional: true })
          .expect(407, { isChallenge: true })
          .ackRefusal()
          .send('INVITE', { body: sdp(), headers: ['[authentication username=alice password=wonder]'] })
          .expect(100, { optional: true })
          .expect(200, { opensDialog: true })
          .ack()
          .send('BYE')
          .expect(200)
        await box.play({
          caller: { script: showing, transport },
          callees: [{ script: untilHungUp(asking), transport }],
        })
      })
    }
  })
})
