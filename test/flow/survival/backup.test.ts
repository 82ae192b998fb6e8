import { afterEach, describe, expect, it } from 'vitest'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'office.example'
const passwords = { '201': 'pw-201', '202': 'pw-202' }
const running = new StartedParts()

afterEach(() => running.stop())

async function site(): Promise<{ pbx: TinyPbx; box: RunningBox }> {
  const pbx = await running.begin(new TinyPbx({ domain, users: passwords, realm: 'asterisk' }))
  const box = await runBox({
    users: Object.entries(passwords).map(([user, password]) => ({ aor: `${user}@${domain}`, password })),
    pbxs: [{ name: 'office', server: pbx.hostPort, domain, realm: 'asterisk', way: 'backup' }],
  })
  running.add(box)
  return { pbx, box }
}

function phone(user: '201' | '202', server: RunningBox['server']): Promise<SipPhone> {
  return running.begin(new SipPhone({ aor: `${user}@${domain}`, password: passwords[user], server }))
}

const serverOf = ({ hostPort }: TinyPbx) => ({ host: '127.0.0.1', port: Number(hostPort.split(':')[1]) })

async function talks(caller: SipPhone, called: string): Promise<boolean> {
  const call = await caller.call(called)
  try {
    await call.answered()
    await call.hangUp()
    return true
  } catch {
    return false // not yet
  }
}

describe('phones with two servers', () => {
  it('register at the box without the PBX hearing of it, and are asked by its realm', async () => {
    const { pbx, box } = await site()
    const bert = await phone('202', box.server)
    const challenge = await bert.request('REGISTER', `sip:${domain}`, {
      headers: { Contact: bert.contact },
      answersChallenge: false,
    })
    expect(challenge.values('www-authenticate').join()).toContain('realm="asterisk"')
    await bert.register()
    expect(pbx.registerTimes).toEqual([])
  })

  it('are called by way of the PBX while it lives, and do not ring twice', async () => {
    const { pbx, box } = await site()
    const anna = await phone('201', box.server)
    const atPbx = await phone('202', serverOf(pbx))
    const atBox = await phone('202', box.server)
    await atPbx.register()
    await atBox.register()
    atPbx.answering = 'manual'
    const call = await anna.call('202')
    const ringing = await atPbx.nextCall()
    ringing.ring()
    await call.progressed()
    ringing.refuse(480)
    await expect(call.answered()).rejects.toMatchObject({ status: 480 })
    expect(pbx.callsPassed).toEqual(['201 → 202'])
    expect(atBox.calls).toEqual([])
  })

  it('call each other through the box as soon as the PBX is dead, before anybody has said so', async () => {
    const { pbx, box } = await site()
    await pbx.stop()
    const [anna, bert] = [await phone('201', box.server), await phone('202', box.server)]
    await anna.register()
    await bert.register()
    await eventually(15_000, 'a call without the PBX', () => talks(anna, '202'))
  })
})
