import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { overlayWords } from '../../support/overlay-words.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'

const village = 'village.example'

interface Listed {
  readonly number: string
  readonly caller: string
  readonly location: string
  readonly text: string
}

function config(name: string, more: Partial<BoxConfig>): Partial<BoxConfig> {
  return {
    box: { name },
    sip: { domains: [village] },
    numbering: { country: 'DE', areaCode: '30' },
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, dns: false }],
    users: [{ aor: `${name}@${village}`, password: 'secret', numbers: [`+4930123450${name.length}`] }],
    ...more,
  }
}

describe('a site without a line of its own', () => {
  const carrier = new TinyCarrier()
  const parts: { stop(): Promise<void> }[] = [carrier]
  let school: TestBox
  let inn: TestBox

  const phoneAt = async (box: TestBox, user: string, password: string) => {
    const phone = new SipPhone({ aor: `${user}@${village}`, password, server: box.server })
    await phone.start()
    parts.push(phone)
    return phone
  }

  beforeAll(async () => {
    await carrier.start()
    const line = { name: 'line', server: carrier.hostPort, maxCalls: 1, callerId: '+49301234500' }
    school = new TestBox({
      config: config('school', {
        trunks: [{ ...line, emergencyLocation: 'pidf-lo' }],
        emergency: { location: 'School' },
      }),
    })
    inn = new TestBox({
      config: config('inn', { emergency: { location: 'Inn, room 3', networks: ['127.0.0.0/8'] } }),
    })
    parts.push(school, inn)
    await overlayWords(school, 'create', village)
    await school.start()
    const { text } = await overlayWords(school, 'invite')
    await overlayWords(inn, 'join', text.trim().split(/\s+/).at(-1) ?? '')
    await inn.start()
    await eventually(40_000, 'the line to be known', async () => {
      const { services } = await inn.ask<{ services: { isReachable: boolean }[] }>(
        '/api/overlay/services?kind=pstn',
      )
      return services.some(({ isReachable }) => isReachable)
    })
  }, 120_000)

  afterAll(async () => {
    for (const part of parts.reverse()) await part.stop()
  })

  it('calls for help over a line that is neither offered nor free, and help knows where it is', async () => {
    const talker = await phoneAt(school, 'school', 'secret')
    const usual = await talker.call('+493098765432')
    await usual.answered()
    await carrier.phone.nextCall()

    const guest = await phoneAt(inn, 'inn', 'wrong')
    const call = await guest.call('112')
    await call.answered()
    await usual.ended()
    const { invite } = await carrier.phone.nextCall()
    expect(carrier.dialled.at(-1)).toBe('112')
    expect(invite.body.toString()).toContain('<note>Inn, room 3</note>')
    expect(invite.get('p-asserted-identity')).toContain('+49301234500')
    await call.hangUp()

    for (const [box, caller] of [
      [inn, `sip:inn@${village}`],
      [school, 'by overlay'],
    ] as const) {
      await eventually(
        10_000,
        'the end',
        async () => (await listedAt(box))[0]?.text.startsWith('over') ?? false,
      )
      const [listed] = await listedAt(box)
      expect(listed).toMatchObject({ number: '112', location: 'Inn, room 3' })
      expect(listed?.caller).toContain(caller)
    }
  })

  const listedAt = async (box: TestBox): Promise<readonly Listed[]> =>
    (await box.ask<{ emergencies: readonly Listed[] }>('/api/outside')).emergencies
})
