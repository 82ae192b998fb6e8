import { afterEach, describe, expect, it } from 'vitest'
import type { PassSheet } from '../../../src/survival/rehearsal/pass-sheet.ts'
import { freePort } from '../../support/free-port.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.example'
const names = ['201', '202', '203'] as const
const renewEveryMs = 250
const running = new StartedParts()

afterEach(() => running.stop())

interface Site {
  readonly pbx: TinyPbx
  readonly box: RunningBox
  readonly carrier: TinyCarrier
  readonly phones: readonly SipPhone[]
}

/** Phones that renew their registration every second, as real ones do every few minutes. */
async function site(dids: readonly { numbers: string[]; to: string }[]): Promise<Site> {
  const passwords = Object.fromEntries(names.map((name) => [name, `pw-${name}`]))
  const pbx = await running.begin(new TinyPbx({ domain, users: passwords }))
  const carrier = await running.begin(new TinyCarrier())
  const box = await runBox({
    sip: { domains: ['site-a.example'] },
    admin: { port: await freePort() },
    users: names.map((name) => ({
      aor: `${name}@${domain}`,
      password: passwords[name],
      mayDial: ['internal', 'national'],
    })),
    groups: [{ aor: `600@${domain}`, members: names.map((name) => `${name}@${domain}`) }],
    numbering: { country: 'DE', areaCode: '30', dids, emergencyTestNumber: '9112' },
    emergency: { testAnswer: '+493099999999' },
    pbxs: [
      {
        ...{ name: 'office', server: pbx.hostPort, domain, optionsIntervalMs: 200, holdDownMs: 500 },
        phoneGroups: [{ name: 'sales', users: ['201', '202'] }],
      },
    ],
    trunks: [{ name: 'carrier', server: carrier.hostPort, prefixes: ['+'] }],
  })
  running.add(box)
  const phones = await Promise.all(
    names.map((name) =>
      running.begin(new SipPhone({ aor: `${name}@${domain}`, password: `pw-${name}`, server: box.server })),
    ),
  )
  for (const phone of phones) await phone.register({ expires: 300 })
  await eventually(10_000, 'a PBX in its normal state', async () => {
    const { pbxs } = await ask<{ pbxs: { state: string }[] }>(box, '/api/status')
    return pbxs[0]?.state === 'normal'
  })
  return { pbx, box, carrier, phones }
}

async function ask<Answer>(
  box: RunningBox,
  path: string,
  order?: { method: string; body?: unknown },
): Promise<Answer> {
  const { method = 'GET', body } = order ?? {}
  const response = await fetch(`${box.adminUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(5_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Answer & { error?: string }
  if (!response.ok) throw new Error(answer.error)
  return answer
}

/** Renews the registrations every half second until the rehearsal is over; resolves with its sheet. */
async function rehearsed(
  box: RunningBox,
  body: object,
  renewing: (sheet: PassSheet) => readonly SipPhone[],
): Promise<PassSheet> {
  const path = '/api/survival/rehearsals'
  const { id } = await ask<{ id: string }>(box, path, { method: 'POST', body })
  let sheet: PassSheet | undefined
  await eventually(
    20_000,
    'the end of the rehearsal',
    async () => {
      const { rehearsal } = await ask<{ rehearsal: PassSheet }>(box, `${path}/${id}`)
      sheet = rehearsal
      if (rehearsal.phase === 'over') return true
      await Promise.all(renewing(rehearsal).map(renew))
      return false
    },
    renewEveryMs,
  )
  if (!sheet) throw new Error('there is no sheet')
  return sheet
}

/** A phone that was asked by the box and answers the PBX, or the other way round, is asked again and tries again. */
async function renew(phone: SipPhone): Promise<void> {
  try {
    await phone.register({ expires: 300 })
  } catch (error) {
    if (!(error instanceof CallRefused) || error.status !== 401) throw error
  }
}

async function talks(caller: SipPhone | undefined, called: string): Promise<void> {
  const call = await caller?.call(called)
  await call?.answered()
  await call?.hangUp()
}

function failures({ results }: PassSheet): string[] {
  return results
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ check, subject, text }) => `${check} ${subject}: ${text}`)
}

const good = [{ numbers: ['+493012340201'], to: `201@${domain}` }]

describe('a rehearsal of the absence of a PBX', () => {
  it('passes where everything works, while calls go past the PBX', async () => {
    const { pbx, box, carrier, phones } = await site(good)
    const [anna] = phones
    let talk: Promise<void> | undefined
    const order = { group: 'sales', seconds: 4, returnWithinSeconds: 8, ring: true }
    const sheet = await rehearsed(box, order, ({ phase }) => {
      if (phase === 'away') talk ??= talks(anna, '202')
      return phones
    })
    await talk
    expect(failures(sheet)).toEqual([])
    expect(sheet.conclusion).toBe('pass')
    const passed = sheet.results.filter(({ outcome }) => outcome === 'pass').map(({ check }) => check)
    const looked = [
      'registration',
      'dialling',
      'ringing',
      'group',
      'direct number',
      'knowledge',
      'emergency',
      'outside',
      'return',
    ]
    expect(new Set(passed)).toEqual(new Set(looked))
    expect(talk).toBeDefined()
    expect(carrier.dialled).toEqual([expect.stringMatching(/3099999999$/)])
    expect(pbx.callsPassed).toEqual([])
    expect(pbx.registered.sort()).toEqual([...names])
  })

  it('finds a phone that does not come back, and a direct number without target', async () => {
    const { box, phones } = await site([...good, { numbers: ['+493012340299'], to: `299@${domain}` }])
    const [anna, bert] = phones
    const body = { group: 'sales', seconds: 6, returnWithinSeconds: 3 }
    // Bert's phone is pulled out when it has come to the box.
    const hasCome = ({ results }: PassSheet) =>
      results.some(({ check, subject }) => check === 'registration' && subject === '202')
    const sheet = await rehearsed(box, body, (so) =>
      [anna, hasCome(so) ? undefined : bert].filter((phone) => phone !== undefined),
    )
    expect(sheet.conclusion).toBe('fail')
    expect(failures(sheet)).toEqual([
      expect.stringContaining(
        'direct number +493012340299: leads to 299@pbx.example, and nobody here has that name',
      ),
      'return 202: phone 202 did not come back',
    ])
  })

  it('is ended by a call for help, which is not held up', async () => {
    const { box, carrier, phones } = await site(good)
    const [anna, , carl] = phones
    let called = false
    const sheet = await rehearsed(
      box,
      { users: ['201'], seconds: 60, returnWithinSeconds: 8 },
      ({ phase }) => {
        if (phase === 'away' && !called) {
          called = true
          void carl?.call('112').then((call) => call.answered())
        }
        return anna ? [anna] : []
      },
    )
    expect(sheet.end).toEqual({ isEarly: true, why: 'somebody called for help' })
    expect(carrier.dialled).toEqual([expect.stringMatching(/112/)])
    await expect(ask(box, '/api/survival/rehearsals', { method: 'POST', body: {} })).rejects.toThrow(
      'somebody is calling for help',
    )
  })

  it('goes over into the real thing when the PBX dies in the middle of it', async () => {
    const { pbx, box, phones } = await site(good)
    const [anna, bert] = phones
    let isDead = false
    const sheet = await rehearsed(box, { group: 'sales', seconds: 60 }, ({ phase }) => {
      if (phase === 'away' && !isDead) {
        isDead = true
        void pbx.stop()
      }
      return [anna, bert].filter((phone) => phone !== undefined)
    })
    expect(sheet.end?.why).toMatch(/^PBX office is really gone: /)
    await talks(anna, '202')
  })
})
