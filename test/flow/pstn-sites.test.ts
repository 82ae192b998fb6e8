import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OverlayView } from '../../src/admin/overlay-view.ts'
import type { CallRecord } from '../../src/domain/call-record.ts'
import { overlayWords } from '../support/overlay-words.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../support/test-box.ts'
import { TinyCarrier } from '../support/tiny-carrier.ts'
import { eventually } from '../support/within.ts'

const village = 'village.example'
const did = '+49301234501'

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

/** School and mill have a trunk each, the school's is cheaper. Bert lives at the inn, which has none. */
describe('three sites', () => {
  const near = new TinyCarrier()
  const far = new TinyCarrier()
  const inn = new TestBox({
    config: config('inn', {
      users: [
        { aor: `bert@${village}`, password: 'bert', numbers: [did] },
        { aor: `cook@${village}`, password: 'cook' },
      ],
    }),
  })
  const boxes = [inn]
  const names: Record<string, string> = {}
  /** Whose phones rang, in order. */
  const rung: string[] = []
  let school: TestBox
  let mill: TestBox
  let bert: SipPhone
  let cook: SipPhone

  const siteWith = (
    name: string,
    carrier: TinyCarrier,
    costPerMinute: number,
    more: Partial<BoxConfig> = {},
  ) => {
    const trunk = {
      name: `${name}-line`,
      server: carrier.hostPort,
      costPerMinute,
      offerToOverlay: true,
      overlayCallerId: name === 'school' ? '+49301234500' : '+49405678900',
    }
    const box = new TestBox({ config: config(name, { trunks: [trunk], ...more }) })
    boxes.push(box)
    return box
  }

  const phoneOf = async (user: string) => {
    const phone = new SipPhone({
      aor: `${user}@${village}`,
      password: user,
      server: inn.server,
      intercept: ({ request }) => {
        if (request.method === 'INVITE') rung.push(user)
        return false
      },
    })
    await phone.start()
    await phone.register()
    return phone
  }

  const lastCallAt = async (box: TestBox, isMeant: (call: CallRecord) => boolean): Promise<CallRecord> => {
    let found: CallRecord | undefined
    await eventually(10_000, 'the record of the call', async () => {
      const { recent } = await box.ask<{ recent: CallRecord[] }>('/api/calls')
      found = recent.find((call) => call.endedAt !== undefined && isMeant(call))
      return found !== undefined
    })
    if (!found) throw new Error('the record was there a moment ago')
    return found
  }

  /** Calls a number outside; resolves to the carriers that took the call. */
  const callOut = async (number: string, caller = bert): Promise<readonly string[]> => {
    const before = { near: near.dialled.length, far: far.dialled.length }
    const call = await caller.call(number)
    await call.answered()
    await call.hangUp()
    return Object.entries({ near, far }).flatMap(([name, { dialled }]) =>
      dialled.slice(before[name as keyof typeof before]).includes(number) ? [name] : [],
    )
  }

  const attemptsTo = async (number: string) => {
    const { attempts } = await lastCallAt(inn, ({ to }) => to.includes(number))
    return attempts.map(({ target, status }) => [
      Object.keys(names).find((box) => names[box] === target),
      status,
    ])
  }

  beforeAll(async () => {
    await Promise.all([near.start(), far.start()])
    school = siteWith('school', near, 10, {
      groups: [
        {
          aor: `600@${village}`,
          members: [`bert@${village}`, `cook@${village}`],
          ring: 'in-turn',
          ringSeconds: 5,
        },
      ],
      numbering: {
        country: 'DE',
        areaCode: '30',
        dids: [
          { numbers: [did], to: `bert@${village}` },
          { numbers: ['+49301234600'], to: `600@${village}` },
        ],
      },
      tollFraud: {
        limits: [
          { name: 'swiss-quota', who: 'peer', prefixes: ['+4144'], callsPerHour: 1, onCrossing: 'refuse' },
        ],
      },
    })
    mill = siteWith('mill', far, 50)
    await overlayWords(school, 'create', village)
    await school.start()
    for (const box of [mill, inn]) {
      const { text } = await overlayWords(school, 'invite')
      await overlayWords(box, 'join', text.trim().split(/\s+/).at(-1) ?? '')
      await box.start()
    }
    for (const [name, box] of Object.entries({ school, mill })) {
      const { overlays } = await box.ask<{ overlays: OverlayView[] }>('/api/overlay')
      names[name] = overlays[0]?.peerName ?? ''
    }
    await eventually(20_000, 'both lines to be offered', async () => {
      const { services } = await inn.ask<{ services: { peerName: string; isReachable: boolean }[] }>(
        '/api/overlay/services?kind=pstn',
      )
      return services.filter(({ isReachable }) => isReachable).length === 2
    })
    bert = await phoneOf('bert')
    cook = await phoneOf('cook')
  }, 120_000)

  afterAll(async () => {
    await Promise.all([bert, cook].map((phone) => phone?.stop()))
    await Promise.all(boxes.map((box) => box.stop()))
    await Promise.all([near.stop(), far.stop()])
  })

  it('share a trunk: who has none calls out through the cheaper of the others, and both ends account for it', async () => {
    expect(await callOut('+493098765432')).toEqual(['near'])
    const atInn = await lastCallAt(inn, ({ to }) => to.includes('+493098765432'))
    expect(atInn).toMatchObject({ source: 'phone', path: 'overlay', target: names.school, status: 200 })
    expect(atInn.sessionId).toMatch(/^[0-9a-f]{32}$/)
    expect(atInn.attempts[0]).toMatchObject({
      outsideNumber: '+493098765432',
      rate: { perMinute: 10 },
    })
    const atSchool = await lastCallAt(school, ({ to }) => to.includes('+493098765432'))
    expect(atSchool).toMatchObject({
      source: 'overlay',
      path: 'trunk',
      target: 'school-line',
      status: 200,
      sessionId: atInn.sessionId,
    })
  })

  it('show numbers only where they belong: the own one at the site that it leads to, else that of the site', async () => {
    const shownBy = ({ invites }: TinyCarrier) => invites.at(-1)?.from.uri.replace(/@.*/, '')
    expect(await callOut('+493012121212')).toEqual(['near'])
    expect(shownBy(near)).toBe(`sip:${did}`)
    expect(await callOut('+493013131313', cook)).toEqual(['near'])
    expect(shownBy(near)).toBe('sip:+49301234500')
  })

  it('share help: an emergency call leaves where there is a line', async () => {
    expect(await callOut('112')).toEqual(['near'])
    const { attempts, emergency } = await lastCallAt(inn, ({ to }) => to.includes('112@'))
    expect([emergency, attempts.at(-1)?.target]).toEqual(['call', names.school])
  })

  it('share numbers: a direct number of one rings a phone at another', async () => {
    rung.length = 0
    const call = await near.callIn(did, '+4989555', school.hostPort)
    await call.answered()
    await call.hangUp()
    expect(rung).toEqual(['bert'])
    expect(await lastCallAt(school, ({ source }) => source === 'trunk')).toMatchObject({
      path: 'overlay',
      status: 200,
    })
    expect(await lastCallAt(inn, ({ source }) => source === 'overlay')).toMatchObject({
      path: 'phone',
      status: 200,
    })
  })

  it('share groups: one after the other rings at another site, who is busy passes it on, who calls is left out', async () => {
    rung.length = 0
    bert.answering = { refuse: 486 }
    const call = await near.callIn('+49301234600', '+4989555', school.hostPort)
    await call.answered()
    await call.hangUp()
    bert.answering = 'answer'
    expect(rung).toEqual(['bert', 'cook'])

    const byName = await bert.call('600')
    await byName.answered()
    await byName.hangUp()
    expect(rung).toEqual(['bert', 'cook', 'cook'])
  })

  it('keep to a quota: what one site gives another is used up, and the next call takes the next line', async () => {
    expect(await callOut('+41443334455')).toEqual(['near'])
    expect(await callOut('+41443334466')).toEqual(['far'])
    expect(await attemptsTo('+41443334466')).toEqual([
      ['school', 403],
      ['mill', 200],
    ])
  })

  it('outlive a trunk: the call during which it dies goes on to the other site, the next one begins there', async () => {
    await near.stop()
    expect(await callOut('+493077777777')).toEqual(['far'])
    expect(await attemptsTo('+493077777777')).toEqual([
      ['school', expect.toSatisfy((status: number) => status >= 500)],
      ['mill', 200],
    ])
    expect(await callOut('+493088888888')).toEqual(['far'])
    expect(await attemptsTo('+493088888888')).toEqual([['mill', 200]])
  })
})
