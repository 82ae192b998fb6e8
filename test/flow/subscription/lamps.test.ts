import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { printDialogInfo } from '../../../src/subscription/dialog-info.ts'
import type { Lamp } from '../../support/lamp-phone.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { WatchedSite } from './a-watched-site.ts'

let site: WatchedSite

beforeEach(async () => {
  site = new WatchedSite()
  await site.start()
})

afterEach(() => site.stop())

const fromPbx = (version: number, state?: 'early' | 'confirmed') =>
  printDialogInfo({
    entity: 'sip:102@pbx.example',
    version,
    calls: state ? [{ id: '102', direction: 'recipient', state }] : [],
    ended: state ? [] : ['102'],
  })

const shows = (lamp: Lamp, state: string) =>
  eventually(10_000, `a lamp that shows ${state}`, () => lamp.shows === state)

/** Rings as soon as the box has noticed that the PBX is gone. */
async function ringingWithoutPbx(caller: SipPhone, called: SipPhone) {
  const call = await caller.call(called.aor)
  return { call, incoming: await called.nextCall() }
}

describe('a lamp behind a box in front of a PBX', () => {
  it('is lit by the PBX, by the box in the same dialog when the PBX is dead, and by the PBX again', async () => {
    const { pbx, notifier } = site
    const desk = await site.lamps('103')
    const lamp = await desk.watch('102')
    expect(lamp.status).toBe(200)
    expect(notifier.subscriptions).toMatchObject([{ watcher: '103', resource: '102', event: 'dialog' }])
    expect(await notifier.notify('102', fromPbx(0))).toEqual([200])
    expect(await notifier.notify('102', fromPbx(1, 'early'))).toEqual([200])
    expect(lamp.shows).toBe('early')

    const [anna, bert] = [await site.phone('101'), await site.phone('102')]
    await pbx.stop()
    await shows(lamp, 'idle') // what the PBX rang for is no call of the box
    const { call, incoming } = await ringingWithoutPbx(anna, bert)
    await shows(lamp, 'early')
    incoming.answer()
    await call.answered()
    await shows(lamp, 'confirmed')
    await call.hangUp()
    await shows(lamp, 'idle')
    expect(lamp.versions).toEqual(lamp.versions.map((_, place) => place))
    expect((await desk.refresh(lamp, 600)).status).toBe(200)

    notifier.subscriptions.length = 0 // it has forgotten all when it comes back
    await pbx.start()
    await eventually(15_000, 'the end of the subscription', () =>
      lamp.last?.state.startsWith('terminated;reason=deactivated'),
    )
    const again = await desk.watch('102')
    expect([again.status, notifier.subscriptions.length]).toEqual([200, 1])
  })

  it('that a frozen PBX does not answer is lit by the box, and the PBX that thaws cannot touch it', async () => {
    const { pbx, notifier } = site
    const desk = await site.lamps('103')
    const old = await desk.watch('102')
    await site.phone('102')
    pbx.freeze()
    const fresh = await desk.watch('102')
    expect(fresh.status).toBe(200)
    await eventually(20_000, 'its first NOTIFY', () => fresh.last?.body.includes('version="0"'))
    await eventually(20_000, 'a NOTIFY in the old one', () => old.last?.body.includes('dialog-info'))
    pbx.thaw()
    expect(await notifier.notify('102', fromPbx(7, 'confirmed'))).toEqual([481])
    expect(old.notices.filter(({ body }) => body.includes('confirmed'))).toEqual([])
  })

  it('is refreshed and put out at the PBX', async () => {
    const { notifier } = site
    const desk = await site.lamps('103')
    const lamp = await desk.watch('102')
    expect((await desk.refresh(lamp, 300)).get('expires')).toBe('300')
    expect(notifier.subscriptions).toMatchObject([{ refreshes: 1, expires: 300 }])
    expect((await desk.refresh(lamp, 0)).status).toBe(200)
    await eventually(20_000, 'the last NOTIFY', () => lamp.last?.state === 'terminated;reason=timeout')
    expect((await desk.refresh(lamp, 300)).status).toBe(481)
  })

  it('may be any other event, of which the box says nothing in the absence of the PBX', async () => {
    const desk = await site.lamps('103')
    const lamp = await desk.watch('103', { event: 'as-feature-event' })
    expect(lamp.status).toBe(200)
    expect(await site.notifier.notify('103', '<DoNotDisturbEvent/>')).toEqual([200])
    await site.pbx.stop()
    await eventually(15_000, 'an answer of the box', async () => {
      const { status } = await desk.refresh(lamp, 600)
      return status === 200 && lamp.last?.body === ''
    })
    await eventually(15_000, 'a refusal by the box', async () => {
      return (await desk.watch('103', { event: 'as-feature-event' })).status === 489
    })
  })
})

describe('a lamp that is asked for while the PBX is dead', () => {
  beforeEach(async () => {
    await site.phone('102')
    await site.phone('104')
    const waiting = await (await site.lamps('101')).watch('101', { event: 'message-summary' })
    expect(waiting.status).toBe(200)
    await site.notifier.notify('101', 'Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/0)\r\n')
    await site.pbx.stop()
    const probe = await site.lamps('103')
    await eventually(15_000, 'a verdict', async () => (await probe.watch('700')).status === 480)
  })

  it('is granted to whom the box can authenticate, and to nobody else', async () => {
    const lamp = await (await site.lamps('103')).watch('102')
    expect(lamp.status).toBe(200)
    await eventually(20_000, 'its first NOTIFY', () => lamp.last?.state === 'active;expires=600')
    expect(lamp.versions).toEqual([0])
    expect(lamp.last?.body).toContain('entity="sip:102@pbx.example"')
    const thief = await site.lamps('103', { password: 'guessed' })
    expect((await thief.watch('102')).status).toBe(407)
  })

  it('is granted on grace to a phone that the PBX had accepted', async () => {
    const known = await site.lamps('104')
    const lamp = await known.watch('102')
    expect(lamp.status).toBe(200)
    expect((await known.refresh(lamp, 3_600)).get('expires')).toBe('300')
    expect((await (await site.lamps('105')).watch('102')).status).toBe(407)
  })

  it('shows of a mailbox what the PBX said last, to its owner only', async () => {
    const desk = await site.lamps('101')
    const lamp = await desk.watch('101', { event: 'message-summary' })
    await eventually(20_000, 'its first NOTIFY', () => lamp.last?.body.startsWith('Messages-Waiting: yes'))
    expect((await desk.watch('102', { event: 'message-summary' })).status).toBe(480)
    const unheard = await (await site.lamps('103')).watch('103', { event: 'message-summary' })
    await eventually(20_000, 'its first NOTIFY', () => unheard.last?.body === '')
  })
})

it('users of the box itself watch each other without any PBX', async () => {
  const at = 'site-a.example'
  const [anna, bert] = [await site.phone('201', at), await site.phone('202', at)]
  const desk = await site.lamps('203', { at })
  const lamp = await desk.watch('202')
  expect(lamp.status).toBe(200)
  const call = await anna.call('202')
  const incoming = await bert.nextCall()
  await shows(lamp, 'early')
  incoming.answer()
  await call.answered()
  await shows(lamp, 'confirmed')
  await call.hangUp()
  await shows(lamp, 'idle')
  expect((await desk.watch('999')).status).toBe(404)
  expect((await desk.watch('203', { event: 'message-summary' })).status).toBe(489)
  expect((await desk.refresh(lamp, 0)).status).toBe(200)
  await eventually(20_000, 'the last NOTIFY', () => lamp.last?.state === 'terminated;reason=timeout')
})
