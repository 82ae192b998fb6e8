import { afterEach, describe, expect, it } from 'vitest'
import type { PhoneCall } from '../../support/sip/phone-call.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { hears } from '../../support/tone.ts'
import { eventually } from '../../support/within.ts'
import { ADeadPbx, domain, passwordOf, talks } from './a-dead-pbx.ts'

const users = ['101', '102', '103', '104']
const low = 440
const high = 880
const running: ADeadPbx[] = []

afterEach(async () => {
  for (const site of running.splice(0)) await site.end()
})

async function site({ isBackToBack = true } = {}): Promise<ADeadPbx> {
  const made = new ADeadPbx(users, { isBackToBack })
  running.push(made)
  const known = users.map((user) => ({
    aor: `${user}@${domain}`,
    password: passwordOf(user),
    numbers: [`+4930123${user}`],
  }))
  await made.begin(known, { pbx: { holdDownMs: 500 } })
  return made
}

async function phones(at: ADeadPbx, ...wanted: readonly string[]): Promise<SipPhone[]> {
  const made: SipPhone[] = []
  for (const [index, user] of wanted.entries()) {
    const phone = await at.phone(user, { tone: index % 2 === 0 ? low : high })
    await phone.register()
    made.push(phone)
  }
  return made
}

async function talk(caller: SipPhone, callee: SipPhone, called: string): Promise<[PhoneCall, PhoneCall]> {
  const arriving = callee.nextCall()
  const call = await caller.call(called)
  await call.answered()
  return [call, await arriving]
}

const offersTo = (call: PhoneCall) => call.received.filter(({ method }) => method === 'INVITE')

/** Resolves to what became of the calls when the PBX died. */
function rescued({ log }: ADeadPbx) {
  return eventually(
    15_000,
    'the rescue',
    () => log.lines.find(({ sentence }) => sentence === 'PBX calls rescued')?.fields,
  )
}

describe('calls through a PBX', () => {
  it('go on between the phones when it dies, and are hung up by them as ever', async () => {
    const at = await site()
    const [anna, bert] = await phones(at, '101', '102')
    if (!anna || !bert) throw new Error('no phones')
    const [call, answered] = await talk(anna, bert, '102')
    expect(at.pbx.callsUp).toBe(1)
    await at.pbx.stop()
    expect(await rescued(at)).toMatchObject({ rescued: 1, failed: 0, left: 0 })
    expect([offersTo(call).length, offersTo(answered).length]).toEqual([1, 1])
    await hears(call, high)
    await hears(answered, low)
    await call.hangUp()
    expect(await answered.ended()).toBe('far-end')
  })

  it('go on with callers from the telephone network', async () => {
    const at = await site()
    const [anna] = await phones(at, '101')
    const { carrier, box } = at
    if (!anna || !carrier || !box) throw new Error('nobody there')
    const arriving = anna.nextCall()
    const call = await carrier.callIn('+4930123101', '+4989123456', `127.0.0.1:${box.server.port}`)
    await call.answered()
    const answered = await arriving
    expect(at.pbx.callsUp).toBe(1)
    await at.pbx.stop()
    expect(await rescued(at)).toMatchObject({ rescued: 1, failed: 0, left: 0 })
    expect([offersTo(call).length, offersTo(answered).length]).toEqual([1, 1])
    await answered.hangUp()
    expect(await call.ended()).toBe('far-end')
  })

  it('are told apart by the Call-ID of a PBX that is a proxy', async () => {
    const at = await site({ isBackToBack: false })
    const [anna, bert] = await phones(at, '101', '102')
    if (!anna || !bert) throw new Error('no phones')
    const [call, answered] = await talk(anna, bert, '102')
    await at.pbx.stop()
    expect(await rescued(at)).toMatchObject({ rescued: 1 })
    await answered.hangUp()
    expect(await call.ended()).toBe('far-end')
  })

  it.each(['is told by the box that they are over', 'wants to end them itself'])(
    'outlive a frozen PBX that thaws and %s',
    async (how) => {
      const at = await site()
      const { pbx } = at
      const [anna, bert, carl, dora] = await phones(at, ...users)
      if (!anna || !bert || !carl || !dora) throw new Error('no phones')
      const calls = [...(await talk(anna, bert, '102')), ...(await talk(carl, dora, '104'))]
      pbx.freeze()
      expect(await rescued(at)).toMatchObject({ rescued: 2 })
      expect(pbx.callsUp).toBe(2)
      pbx.thaw()
      if (how.startsWith('wants')) {
        pbx.hangUpAll()
        await eventually(10_000, 'answers to its BYEs', () => pbx.byeAnswers.length === 4)
      }
      await eventually(15_000, 'the PBX to have forgotten its calls', () => pbx.callsUp === 0)
      for (const call of calls) {
        expect((await call.send('INFO')).status).toBe(200) // all the way to the other phone
        expect(call.isUp).toBe(true)
      }
    },
  )

  it('that cannot be told apart are left as they are', async () => {
    const at = await site()
    const [anna, bert] = await phones(at, '101', '102')
    if (!anna || !bert) throw new Error('no phones')
    const calls = await Promise.all([talk(anna, bert, '102'), talk(anna, bert, '102')])
    await at.pbx.stop()
    expect(await rescued(at)).toMatchObject({ rescued: 0, left: 4 })
    for (const call of calls.flat()) expect([call.isUp, offersTo(call)]).toEqual([true, []])
  })
})

it('calls past the PBX never notice that it dies and comes back', async () => {
  const at = await site()
  const [anna, bert] = await phones(at, '101', '102')
  if (!anna || !bert) throw new Error('no phones')
  await at.pbxDies()
  const [call, answered] = await talk(anna, bert, '102')
  await at.pbx.start()
  await eventually(15_000, 'a call through the PBX', async () => {
    await talks(anna, '102')
    return at.pbx.callsPassed.length > 0
  })
  expect([call.isUp, answered.isUp]).toEqual([true, true])
  expect([...call.received, ...answered.received].map(({ method }) => method)).toEqual(['ACK'])
})
