import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installDebian } from '../../../appliance/debian/install-debian.ts'
import { labPrograms } from '../../support/lab-programs.ts'
import { callerFields, registerFields } from '../../support/sipp-fields.ts'
import { SippRun } from '../../support/sipp-run.ts'
import { hears } from '../../support/tone.ts'
import { village } from '../overlay/overlay-box.ts'
import { CallStream } from './call-stream.ts'
import { Office } from './office.ts'

// A real Asterisk as PBX fails in each way that the box tells apart. Detection is by the settings that a box has from the
// start; only the return is hastened, so that one failure can follow on another.

const callsPerSecond = 20
const outageSeconds = 15
const sippPort = 7_000
/** How long calls are watched when they go to the PBX again. */
const afterReturnMs = 2_000
const callee = '212'
const office = new Office({
  extensions: ['201', '202', '203', '204', '205', '211', callee],
  pbx: { holdDownMs: 2_000, successesToReturn: 2 },
})

beforeAll(async () => {
  if (!installDebian(labPrograms, 'the lab')) throw new Error('the lab is not installed')
  await office.start()
  await office.phone('202')
  await office.phone('203', { answering: 'answer' })
  await office.baresip('205', 60)
  await registerCallee()
}, 120_000)

afterAll(() => office.stop(), 60_000)

/** SIPp is the phone of this extension: registered, and answering. */
async function registerCallee(): Promise<void> {
  const { namespace, address, target } = office.sipp
  await new SippRun({
    scenario: 'register',
    ...{ namespace, address, target, port: sippPort, calls: 1 },
    fields: [registerFields(callee, `secret-${callee}`, village, 1_800)],
    keys: { contact_port: String(sippPort), contact_transport: 'udp' },
  }).run()
}

interface Failure {
  readonly name: string
  readonly detectedWithinMs: number
  fail(): Promise<void> | void
  repair(): Promise<void> | void
}

const failures: readonly Failure[] = [
  {
    name: 'killed',
    detectedWithinMs: 5_000,
    fail: () => office.asterisk.kill(),
    repair: () => office.asterisk.start(),
  },
  {
    name: 'frozen',
    detectedWithinMs: 10_000,
    fail: () => office.asterisk.freeze(),
    repair: () => office.asterisk.thaw(),
  },
  {
    name: 'cut off',
    detectedWithinMs: 10_000,
    fail: () => office.cutPbxOff(),
    repair: () => office.mendPbx(),
  },
  {
    name: 'overloaded: it answers calls with 503, and OPTIONS as ever',
    detectedWithinMs: 5_000,
    fail: () => office.overloadPbx(true),
    repair: () => office.overloadPbx(false),
  },
]

describe.each(failures)('a PBX that is $name', ({ name, detectedWithinMs, fail, repair }) => {
  const stream = new CallStream({ perSecond: 5, from: '201', to: '202', office })

  beforeAll(async () => {
    await office.inState('normal', 60_000)
    await stream.start()
  }, 90_000)

  let verdictAt = Number.POSITIVE_INFINITY

  afterAll(() => stream.stop(), 60_000)

  test('is found out, and calls go on without it', async () => {
    await stream.succeeds(3, 10_000)
    await office.callsGoByPbx(10_000)
    const failedAt = Date.now()
    await fail()
    const { since } = await office.inState('survival', detectedWithinMs)
    verdictAt = since
    const first = await stream.firstSuccessAfter(since, 10_000)
    console.log(`${name}: verdict after ${since - failedAt} ms, first call ${first - since} ms later`)
    expect(since - failedAt).toBeLessThanOrEqual(detectedWithinMs)
    expect(first - since).toBeLessThanOrEqual(1_000)
  }, 30_000)

  test(`is not missed: ${callsPerSecond} calls a second for ${outageSeconds} s, none fails`, async () => {
    const { namespace, address, target } = office.sipp
    const called = new SippRun({
      scenario: 'callee',
      namespace,
      address,
      port: sippPort,
      timeoutSeconds: 120,
    })
    await called.start()
    try {
      const { successful, failed } = await new SippRun({
        scenario: 'caller',
        ...{ namespace, address, target, port: sippPort + 1 },
        rate: callsPerSecond,
        calls: callsPerSecond * outageSeconds,
        holdMs: 500,
        fields: [callerFields('211', 'secret-211', village, callee)],
        toleratesFailures: true,
        timeoutSeconds: outageSeconds + 40,
      }).run()
      expect({ successful, failed }).toEqual({ successful: callsPerSecond * outageSeconds, failed: 0 })
    } finally {
      await called.end()
    }
    expect((await office.pbx()).state).not.toBe('normal')
  }, 90_000)

  test('comes back, and no call has been missed since the verdict', async () => {
    await repair()
    const { since } = await office.inState('normal', 120_000)
    await stream.firstSuccessAfter(since + afterReturnMs, 30_000)
    await stream.stop()
    expect(verdictAt).toBeLessThan(since)
    expect(stream.failedSince(verdictAt)).toEqual([])
  }, 190_000)
})

describe('without the PBX', () => {
  beforeAll(async () => {
    await office.inState('normal', 60_000)
    await office.asterisk.kill()
    await office.inState('survival', 10_000)
  }, 80_000)

  afterAll(async () => {
    await office.asterisk.start()
  }, 30_000)

  test('a number of the company leads to its phone', async () => {
    const call = await office.callIn('+49301234203')
    await call.answered()
    await call.hangUp()
  })

  test('a phone calls out by the carrier with its own number', async () => {
    const phone = await office.phone('204')
    const call = await phone.call('030200')
    await call.answered()
    expect(office.carrier.dialled.at(-1)).toBe('+4930200')
    expect(office.carrier.invites.at(-1)?.from.uri).toContain('+49301234204@')
    await call.hangUp()
  })

  test('baresip is called, and heard', async () => {
    const phone = await office.phone('204', { tone: 440 })
    const call = await phone.call('205')
    await call.answered()
    await hears(call, 880)
    await call.hangUp()
  })

  test('the group rings', async () => {
    const phone = await office.phone('204')
    const call = await phone.call('600')
    await call.answered()
    await call.hangUp()
  })

  test('another site calls by the same short number, and is called', async () => {
    const far = await office.farPhone('301')
    const call = await far.call('203')
    await call.answered()
    await call.hangUp()
    const near = await office.phone('204')
    const back = await near.call('301')
    await back.answered()
    await back.hangUp()
  })
})
