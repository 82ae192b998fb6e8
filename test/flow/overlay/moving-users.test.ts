import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OverlayView } from '../../../src/admin/overlay-view.ts'
import { overlayWords } from '../../support/overlay-words.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

const village = 'village.example'
const anna = `anna@${village}`
const bert = `bert@${village}`

function config(name: string, ...users: readonly string[]): Partial<BoxConfig> {
  return {
    box: { name },
    sip: { domains: [village] },
    registrar: { algorithms: ['MD5'] },
    users: users.map((aor) => ({ aor, password: `secret of ${aor}` })),
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, dns: false }],
  }
}

/** Bert lives at one box and calls Anna, who is known at two others. */
describe('a user of two boxes', () => {
  const school = new TestBox({ config: config('school', anna) })
  const mill = new TestBox({ config: config('mill', anna) })
  const inn = new TestBox({ config: config('inn', bert) })
  const phones: SipPhone[] = []
  let caller: SipPhone

  const phone = async (aor: string, { server }: TestBox) => {
    const made = new SipPhone({ aor, password: `secret of ${aor}`, server, answering: 'answer' })
    phones.push(made)
    await made.start()
    await made.register()
    return made
  }

  /** 200, or what the call was refused with. */
  const callTo = async (aor: string): Promise<number> => {
    try {
      const call = await caller.call(aor.split('@')[0] ?? '')
      await call.answered()
      await call.hangUp()
      return 200
    } catch (error) {
      if (error instanceof CallRefused) return error.status
      throw error
    }
  }

  const untilCallGets = (status: number) =>
    eventually(10_000, `Anna to be ${status}`, async () => (await callTo(anna)) === status, 250)

  beforeAll(async () => {
    await overlayWords(school, 'create', village)
    await school.start()
    for (const box of [mill, inn]) {
      const { text } = await overlayWords(school, 'invite')
      await overlayWords(box, 'join', text.trim().split(/\s+/).at(-1) ?? '')
      await box.start()
    }
    await eventually(15_000, 'the boxes to see each other', async () => {
      const { overlays } = await inn.ask<{ overlays: OverlayView[] }>('/api/overlay')
      return overlays[0]?.peers.filter(({ connected }) => connected).length === 2
    })
    caller = await phone(bert, inn)
  }, 120_000)

  afterAll(async () => {
    await Promise.all(phones.map((each) => each.stop()))
    await Promise.all([school, mill, inn].map((box) => box.stop()))
  })

  it('is not available while she has no phone, and a stranger is not found', async () => {
    await untilCallGets(480)
    expect(await callTo(`nobody@${village}`)).toBe(404)
  })

  it('is found where she registers, moves and is found there', async () => {
    const atSchool = await phone(anna, school)
    await untilCallGets(200)
    await atSchool.unregister()
    const atMill = await phone(anna, mill)
    await untilCallGets(200)
    expect(atMill.calls.length).toBeGreaterThan(0)
    await atMill.unregister()
    await untilCallGets(480)
  })

  it('is found although the box where she was last is gone', async () => {
    const atMill = await phone(anna, mill)
    await untilCallGets(200)
    await mill.kill()
    await phone(anna, school)
    await untilCallGets(200)
    await atMill.stop()
  })
})
