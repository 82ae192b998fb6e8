import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { labPrograms } from '../support/lab-programs.ts'
import type { PhoneCall } from '../support/sip/phone-call.ts'
import { type Silence, ToneMedia } from '../support/sip/tone-media.ts'
import type { SipPhone } from '../support/sip-phone.ts'
import { goesOnHearing, hears } from '../support/tone.ts'
import { Office } from './survival/office.ts'

// Calls with audio while the PBX dies and comes back. What passes rtpengine and not the PBX must not be heard to falter;
// what the PBX carried is joined by the box.

const low = 440
const high = 880
const callsBesidePbx = 20
const callsInSurvival = 5
const longestGapMs = 100
const audibleAgainMs = 3_000
const office = new Office({
  extensions: ['201', '202', '203', '204', '205', '206'],
  hasRelay: true,
  pbx: { holdDownMs: 2_000, successesToReturn: 2 },
  ownUsers: Array.from({ length: callsBesidePbx }, (_, index) => `4${10 + index}`),
})
/** A stream that passes nothing but this test: what falters here too is the test's own doing. */
const reference = { from: new ToneMedia(low), to: new ToneMedia(high) }

beforeAll(async () => {
  if (!installDebian(labPrograms, 'the lab')) throw new Error('the lab is not installed')
  await office.start()
  await reference.from.open('127.0.0.1')
  const port = await reference.to.open('127.0.0.1')
  reference.from.sendTo({ address: '127.0.0.1', port })
}, 120_000)

afterAll(async () => {
  reference.from.close()
  reference.to.close()
  await office.stop()
}, 120_000)

interface Talk {
  readonly caller: PhoneCall
  readonly callee: PhoneCall
}

async function talk(caller: SipPhone, called: string, callee: SipPhone): Promise<Talk> {
  const arriving = callee.nextCall()
  arriving.catch(() => undefined) // a call that fails says so below
  const call = await caller.call(called)
  await call.answered()
  const answered = await arriving
  await hears(call, high, 10_000)
  await hears(answered, low, 10_000)
  return { caller: call, callee: answered }
}

/** Milliseconds of a silence in which the reference was heard. */
function gapMs(silence: Silence): number {
  const shared = reference.to.silences.map(({ from, to }) =>
    Math.max(0, Math.min(to, silence.to) - Math.max(from, silence.from)),
  )
  return silence.to - silence.from - shared.reduce((sum, ms) => sum + ms, 0)
}

function gapsOf({ caller, callee }: Talk): readonly number[] {
  return [...caller.silences, ...callee.silences].map(gapMs).filter((ms) => ms > longestGapMs)
}

function areUp(talks: readonly Talk[]): boolean {
  return talks.every(({ caller, callee }) => caller.isUp && callee.isUp)
}

test('calls stay up while the PBX dies and comes back, and those that it carried are joined', async () => {
  const beside: Talk[] = []
  for (let index = 0; index < callsBesidePbx; index++) {
    const own = await office.ownPhone(`4${10 + index}`, { tone: low })
    beside.push(await talk(own, `03020${index}`, office.carrier.phone))
  }
  const carried: Talk[] = []
  for (const [from, to] of [
    ['201', '202'],
    ['203', '204'],
  ] as const) {
    const [caller, callee] = [await office.phone(from, { tone: low }), await office.phone(to, { tone: high })]
    carried.push(await talk(caller, to, callee))
  }

  await office.asterisk.kill()
  const { since } = await office.inState('survival', 10_000)
  const left = since + audibleAgainMs - Date.now()
  await Promise.all(
    carried.flatMap(({ caller, callee }) => [
      goesOnHearing(caller, high, left),
      goesOnHearing(callee, low, left),
    ]),
  )
  console.log(`carried by the PBX, heard again ${Date.now() - since} ms after the verdict at the latest`)

  const [caller, callee] = [
    await office.phone('205', { tone: low }),
    await office.phone('206', { tone: high }),
  ]
  const inSurvival: Talk[] = []
  for (let index = 0; index < callsInSurvival; index++) inSurvival.push(await talk(caller, '206', callee))
  await office.asterisk.start()
  await office.inState('normal', 60_000)
  for (const each of [...beside, ...inSurvival, ...carried]) {
    await goesOnHearing(each.caller, high)
    await goesOnHearing(each.callee, low)
  }
  expect(areUp([...beside, ...inSurvival, ...carried])).toBe(true)
  expect([...beside, ...inSurvival].flatMap(gapsOf)).toEqual([])
}, 180_000)
