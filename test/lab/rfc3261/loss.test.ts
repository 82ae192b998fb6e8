import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { losing, noisyLine } from '../../support/line-faults.ts'
import { PhoneBox } from './phone-box.ts'
import * as scripts from './scripts.ts'
import type { Part } from './sipp-stage.ts'

// RFC 3261 §17 over UDP: which message is lost, between whom, and whether the call goes on as if nothing had happened.

const ok = /^SIP\/2\.0 200.*\r\nCSeq: \d+ INVITE/s
const okToBye = /^SIP\/2\.0 200.*\r\nCSeq: \d+ BYE/s

interface Loss {
  readonly what: string
  readonly atCaller?: RegExp
  readonly atCallee?: RegExp
  readonly times?: number
}

const talked: readonly Loss[] = [
  { what: '§17.1.1.2 Timer A: the INVITE to the box', atCaller: /^INVITE/, times: 2 },
  { what: '§17.1.1.2 Timer A: the INVITE to the phone', atCallee: /^INVITE/, times: 2 },
  { what: 'every provisional response', atCaller: /^SIP\/2\.0 1/, times: 50 },
  { what: '§13.3.1.4 the 200 to the caller', atCaller: ok, times: 2 },
  { what: '§13.3.1.4 the 200 from the phone', atCallee: ok, times: 2 },
  { what: '§13.2.2.4 the ACK to the box', atCaller: /^ACK/, times: 2 },
  { what: '§13.2.2.4 the ACK to the phone', atCallee: /^ACK/, times: 2 },
  { what: '§17.1.2.2 Timer E: the BYE to the phone', atCallee: /^BYE/, times: 2 },
  { what: '§17.2.2 Timer J: the 200 to the BYE of the caller', atCaller: okToBye, times: 2 },
  { what: '§17.1.2.2 Timer E: the 200 to the BYE from the phone', atCallee: okToBye, times: 2 },
]

const rungReliably: readonly Loss[] = [
  { what: 'RFC 3262 §3: the reliable 180 to the caller', atCaller: /^SIP\/2\.0 180/, times: 2 },
  { what: 'RFC 3262 §3: the reliable 180 from the phone', atCallee: /^SIP\/2\.0 180/, times: 2 },
  { what: 'RFC 3262 §4: the PRACK of the caller', atCaller: /^PRACK/ },
  { what: 'RFC 3262 §4: the PRACK to the phone', atCallee: /^PRACK/ },
]

const refused: readonly Loss[] = [
  { what: '§17.2.1 Timer G: the 486 to the caller', atCaller: /^SIP\/2\.0 486/, times: 2 },
  { what: '§17.2.1 Timer G: the ACK of the caller', atCaller: /^ACK/, times: 2 },
  { what: '§17.1.1.2 Timer D: the ACK to the phone', atCallee: /^ACK/, times: 2 },
]

describe.each(['b2bua', 'proxy'] as const)('the box as %s', (callHandling) => {
  const box = new PhoneBox(callHandling)
  beforeAll(() => box.start())
  afterAll(() => box.stop())

  const play = async ({ atCaller, atCallee, times }: Loss, caller: Part, callee: Part): Promise<void> => {
    const { harmed } = await box.play({
      caller: { ...caller, ...(atCaller && { line: losing(atCaller, times) }) },
      callees: [{ ...callee, ...(atCallee && { line: losing(atCallee, times) }) }],
    })
    // The test would show nothing if nothing had been lost.
    expect(harmed).toBeGreaterThan(0)
  }

  it.concurrent.each(talked)('the call goes on without $what', (loss) =>
    play(loss, { script: scripts.callerHangsUp(), holdMs: 1_800 }, { script: scripts.calleeIsHungUp(2_000) }),
  )

  // When the PRACK was late, a B2BUA's 2xx goes out just ahead of the PRACK's own 200; SIPp takes them in one order only.
  const reliably = rungReliably.filter(({ atCallee }) => callHandling === 'proxy' || atCallee)
  it.concurrent.each(reliably)('the call goes on without $what', (loss) =>
    play(loss, { script: scripts.acknowledgesRinging() }, { script: scripts.ringsReliably(2_000) }),
  )

  it.concurrent.each(refused)('the refusal arrives without $what', (loss) =>
    play(loss, { script: scripts.refusedCaller(486, 2_500) }, { script: scripts.refusingCallee(486, 2_500) }),
  )

  if (callHandling === 'b2bua') {
    it.concurrent('§13.3.1.4 a call whose ACK never comes is hung up on both sides', () =>
      play(
        { what: 'every ACK', atCaller: /^ACK/, times: Number.POSITIVE_INFINITY },
        { script: scripts.callerIsHungUp(), timeoutSeconds: 60 },
        { script: scripts.calleeIsHungUp(), timeoutSeconds: 60 },
      ))
  }

  it('64 calls at once succeed on a line that loses 5 %, doubles 5 % and reorders 10 %', async () => {
    const noise = { loss: 0.05, duplication: 0.05, reordering: 0.1, holdMs: 60 }
    const common = { calls: 64, ignoresUnexpected: true, timeoutSeconds: 60 }
    const { caller, callees, harmed } = await box.play({
      caller: {
        ...common,
        script: scripts.callerHangsUp(),
        rate: 64,
        holdMs: 2_000,
        line: noisyLine({ ...noise, seed: 3261 }),
      },
      callees: [
        { ...common, script: scripts.calleeIsHungUpEarly(), line: noisyLine({ ...noise, seed: 17 }) },
      ],
    })
    expect(caller).toMatchObject({ successful: 64, failed: 0 })
    expect(callees[0]).toMatchObject({ successful: 64, failed: 0 })
    expect(harmed).toBeGreaterThan(100)
  })
})
