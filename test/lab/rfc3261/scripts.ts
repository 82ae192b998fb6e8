import { SippScript, sdp } from '../../support/sipp-script.ts'

/** Scenarios that several tests use. */

export const caller = (name: string): SippScript => new SippScript('caller', name)
export const callee = (name: string): SippScript => new SippScript('callee', name)

/** Calls until it is answered. */
export const connected = (name: string): SippScript =>
  caller(name).send('INVITE', { body: sdp() }).expectRinging().expect(200, { opensDialog: true }).ack()

/** Rings and answers. */
export const answering = (name: string): SippScript =>
  callee(name).await('INVITE').answer(180).answer(200, { body: sdp() }).await('ACK')

export const callerHangsUp = (): SippScript => connected('calls and hangs up').pause().send('BYE').expect(200)

export const calleeIsHungUp = (lingerMs?: number): SippScript =>
  untilHungUp(answering('answers and is hung up'), lingerMs)

export const untilHungUp = (script: SippScript, lingerMs?: number): SippScript =>
  script.await('BYE').answer(200).linger(lingerMs)

/** On a bad line the BYE may come before any ACK has. */
export const calleeIsHungUpEarly = (): SippScript =>
  untilHungUp(
    callee('answers and is hung up, with or without ACK')
      .await('INVITE')
      .answer(180)
      .answer(200, { body: sdp() })
      .await('ACK', { optional: true }),
    8_000, // the 200 to its BYE may be lost again and again
  )

export const callerIsHungUp = (): SippScript => untilHungUp(connected('calls and is hung up'))

export const calleeHangsUp = (): SippScript =>
  answering('answers and hangs up').pause().send('BYE').expect(200)

/** Rings until it is cancelled. */
export const cancelledCallee = (): SippScript =>
  callee('rings in vain')
    .await('INVITE')
    .answer(180)
    .await('CANCEL')
    .answer(200)
    .answer(487, { toKept: true })
    .await('ACK')
    .linger()

export const refusedCaller = (status: number, lingerMs?: number): SippScript =>
  caller(`is refused with ${status}`)
    .send('INVITE', { body: sdp() })
    .expectRinging()
    .expect(status)
    .ackRefusal()
    .linger(lingerMs)

export const refusingCallee = (status: number, lingerMs?: number): SippScript =>
  callee(`refuses with ${status}`).await('INVITE').answer(180).answer(status).await('ACK').linger(lingerMs)

export const acknowledgesRinging = (): SippScript =>
  caller('acknowledges ringing')
    .send('INVITE', { body: sdp(), headers: ['Require: 100rel'], as: 'invite' })
    .expect(100, { optional: true })
    .expect(180, { opensDialog: true, has: { Require: '100rel' }, keeps: { rseq: 'RSeq' } })
    .send('PRACK', { headers: ['RAck:[$rseq] 1 INVITE'] })
    .expect(200)
    .expect(200, { of: 'invite', opensDialog: true })
    .ack()
    .send('BYE')
    .expect(200)

export const ringsReliably = (lingerMs?: number): SippScript =>
  untilHungUp(
    callee('rings reliably')
      .await('INVITE')
      .answer(180, { headers: ['Require: 100rel', 'RSeq: 7'], body: sdp() })
      .await('PRACK', { has: { RAck: '7 [0-9]+ INVITE' } })
      .answer(200)
      .answer(200, { toKept: true, body: sdp() })
      .await('ACK'),
    lingerMs,
  )
