import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { overlayWords } from '../../support/overlay-words.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'
import { tried } from './a-stolen-account.ts'

const village = 'village.example'

function config(name: string, more: Partial<BoxConfig>): Partial<BoxConfig> {
  return {
    box: { name },
    sip: { domains: [village] },
    registrar: { algorithms: ['MD5'] },
    numbering: { country: 'DE', areaCode: '30' },
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, dns: false }],
    ...more,
  }
}

/** International numbers, none beside another. */
const abroad = (index: number) => `+3314026${1_000 + index * 397}`

async function seesTheLine(box: TestBox): Promise<void> {
  await eventually(20_000, 'the line to be offered', async () => {
    const { services } = await box.ask<{ services: { isReachable: boolean }[] }>(
      '/api/overlay/services?kind=pstn',
    )
    return services.some(({ isReachable }) => isReachable)
  })
}

/** The school has a trunk and offers it; the inn has none, and its keeper has switched the limits off. */
describe('a trunk that is lent to another box', () => {
  const carrier = new TinyCarrier()
  const inn = (more: Partial<BoxConfig>) =>
    new TestBox({ config: config('inn', { users: [{ aor: `bert@${village}`, password: 'bert' }], ...more }) })
  const honest = inn({})
  const dishonest = inn({ tollFraud: { enabled: false } })
  let school: TestBox

  beforeAll(async () => {
    await carrier.start()
    school = new TestBox({
      config: config('school', {
        trunks: [{ name: 'line', server: carrier.hostPort, offerToOverlay: true }],
        users: [{ aor: `anna@${village}`, password: 'anna' }],
      }),
    })
    await overlayWords(school, 'create', village)
    await school.start()
    const inns = [honest, dishonest]
    for (const box of inns) {
      const { text } = await overlayWords(school, 'invite')
      await overlayWords(box, 'join', text.trim().split(/\s+/).at(-1) ?? '')
    }
    await Promise.all(inns.map((box) => box.start()))
    await Promise.all(inns.map(seesTheLine))
  }, 120_000)

  afterAll(async () => {
    await Promise.all([school, honest, dishonest].map((box) => box?.stop()))
    await carrier.stop()
  })

  const phoneAt = async (box: TestBox, user: string) => {
    const phone = new SipPhone({ aor: `${user}@${village}`, password: user, server: box.server })
    await phone.start()
    return phone
  }

  /** How many of 20 calls reach the carrier; the last ones do not, whatever a busy machine did to the first. */
  const reached = async (box: TestBox): Promise<number> => {
    const before = carrier.dialled.length
    const thief = await phoneAt(box, 'bert')
    const statuses: number[] = []
    try {
      for (let call = 0; call < 20; call += 1) statuses.push(await tried(thief, abroad(call)))
    } finally {
      await thief.stop()
    }
    expect(statuses.slice(-5)).toEqual([403, 403, 403, 403, 403])
    return carrier.dialled.length - before
  }

  const hasAlarmed = ({ log }: TestBox) =>
    log.filter((line) => line.includes('limit for calls outside crossed')).length

  it('is kept from a thief by the limits of his own box', async () => {
    expect(await reached(honest)).toBeOneOf([1, 2, 3, 4, 5, 6]) // international-velocity
    expect([hasAlarmed(honest), hasAlarmed(school)]).toEqual([1, 0])
  })

  it('is kept from a box that lets thieves call by the quota that the lender gives each box', async () => {
    expect(await reached(dishonest)).toBeOneOf([7, 8, 9, 10]) // peer-international-velocity
    const alarms = school.log.filter((line) => line.includes('limit for calls outside crossed'))
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toMatch(/"payer":"peer [^"]+"/)
    const anna = await phoneAt(school, 'anna')
    expect(await tried(anna, abroad(1))).toBe(200)
    await anna.stop()
  })
})
