import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CollectedLog } from '../support/collected-log.ts'
import { EngineProcess } from '../support/engine-process.ts'
import { type RunningBox, runBoxOver } from '../support/running-box.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { StartedParts } from '../support/started-parts.ts'
import { TinyCarrier } from '../support/tiny-carrier.ts'
import { TinyPbx } from '../support/tiny-pbx.ts'
import { eventually } from '../support/within.ts'

const office = 'office.example'
const running = new StartedParts()
const log = new CollectedLog()
let engine: EngineProcess
let box: RunningBox
let pbx: TinyPbx
let carrier: TinyCarrier
let anna: SipPhone
let bert: SipPhone

beforeAll(async () => {
  engine = await running.begin(new EngineProcess())
  pbx = await running.begin(new TinyPbx({ domain: office, users: { '101': 'pw-101', '102': 'pw-102' } }))
  carrier = await running.begin(new TinyCarrier())
  const config = {
    sip: { domains: [site] },
    numbering: { country: 'DE', areaCode: '30' },
    users: [
      ...users('201', '202'),
      ...['101', '102'].map((user) => ({ aor: `${user}@${office}`, password: `pw-${user}` })),
    ],
    trunks: [{ name: 'carrier', server: carrier.hostPort, register: false }],
    pbxs: [
      {
        ...{ name: 'office', server: pbx.hostPort, domain: office },
        ...{ optionsIntervalMs: 200, optionsTimeoutMs: 2_000, patienceMs: 300 },
      },
    ],
    admin: { port: 0 },
  }
  box = running.add(await runBoxOver(await engine.engine(), config, log))
  anna = await phone('201')
  bert = await phone('202')
  for (const each of [anna, bert]) await each.register()
}, 60_000)

afterAll(() => running.stop())

function phone(user: string, domain = site, password = `secret-${user}`): Promise<SipPhone> {
  return running.begin(new SipPhone({ aor: `${user}@${domain}`, password, server: box.server }))
}

async function talks(caller: SipPhone, called: string): Promise<void> {
  const call = await caller.call(called)
  await call.answered()
  await call.hangUp()
}

const said = (sentence: string) => log.lines.filter((line) => line.sentence === sentence)

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${box.adminUrl}${path}`, { signal: AbortSignal.timeout(5_000) })
  return (await response.json()) as Answer
}

describe('a box over an engine in another process', () => {
  it('takes calls between its phones, and to the telephone network', async () => {
    await talks(anna, '202')
    await talks(anna, '0301234567')
    expect(carrier.dialled.at(-1)).toContain('301234567')
  })

  it('says where the engine listens', async () => {
    const { listening } = await ask<{ listening: readonly string[] }>('/api/status')
    const { port } = box.server
    expect(listening).toEqual([`udp 127.0.0.1:${port}`, `tcp 127.0.0.1:${port}`])
  })

  it('stands in for a PBX that dies', async () => {
    const [clara, dora] = [await phone('101', office, 'pw-101'), await phone('102', office, 'pw-102')]
    for (const each of [clara, dora]) await each.register()
    await pbx.stop()
    await eventually(15_000, 'the verdict', () =>
      said('PBX state changed').some(({ fields }) => fields.to === 'survival'),
    )
    for (const each of [clara, dora]) await each.register()
    await talks(clara, '102')
  })

  it('outlives a killed engine: its calls are over, its phones are found again without a word from them', async () => {
    const call = await anna.call('202')
    await call.answered()
    // So that the box has the ACK.
    expect((await call.reInvite('sendonly')).status).toBe(200)
    const before = said('SIP engine connected').length
    await engine.kill()
    await eventually(
      10_000,
      'the loss to be said',
      () => said('SIP engine lost: its calls are over').length === 1,
    )
    await eventually(5_000, 'the call to be over', async () => {
      const { callsNow } = await ask<{ callsNow: number }>('/api/status')
      return callsNow === 0
    })
    expect((await fetch(`${box.adminUrl}/readyz`)).status).toBe(503)

    await engine.start()
    await eventually(10_000, 'the box to be back', () => said('SIP engine connected').length > before)
    await talks(anna, '202')
    expect(said('call ended').at(-2)?.fields).toMatchObject({
      by: 'box',
      cause: 'connection to the SIP engine lost',
    })
  }, 60_000)
})
