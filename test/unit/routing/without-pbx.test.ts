import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { DecisionStep } from '../../../src/domain/decision-record.ts'
import type { CallQuestion, RoutePlan } from '../../../src/domain/route.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { hypotheticalCall } from '../../../src/routing/hypothetical-call.ts'
import { Router } from '../../../src/routing/router.ts'
import { binding, type FakeSiteSettings, type FakeUser, fakeSite, question } from './fake-site.ts'

const desk: FakeUser = { aor: '101@pbx.example', numbers: ['+4930101'] }
const mate: FakeUser = { aor: '102@pbx.example', aliases: ['12'], numbers: ['+4930102'] }
const elsewhere: FakeUser = { aor: 'ann@site-a.example' }
const byDesk = { caller: aor('101', 'pbx.example'), callerIsAuthenticated: true }
/** Let in without a password. */
const byGuest = { caller: aor('105', 'pbx.example'), callerIsAuthenticated: false, grace: true } as const
/** Somebody has called the phone of such a user, and it has sent the call on. */
const sentOnByGuest = { caller: aor('105', 'pbx.example'), callerIsAuthenticated: true }
const fromTrunk = { source: 'trunk', sourceLabel: 'carrier' } as const
const at102 = binding('102@pbx.example', 'sip:102@192.0.2.99', { origin: 'pbx' })
const atAnn = binding('ann@site-a.example', 'sip:ann@192.0.2.99')
const peer = 'bbb.peer.town.example'
const gone: FakeSiteSettings = {
  pbxState: 'survival',
  users: [desk, mate, elsewhere],
  bindings: [at102, atAnn],
  trunks: [{ name: 'carrier' }],
  withoutPassword: ['105@pbx.example'],
}

async function route(
  settings: FakeSiteSettings,
  asked: Partial<CallQuestion>,
): Promise<{ plan: RoutePlan; steps: readonly DecisionStep[] }> {
  return new Router(fakeSite(settings), new FakeClock()).route(question(asked))
}

/** `path label` of each target by group, or the refusal. */
async function routed(settings: FakeSiteSettings, asked: Partial<CallQuestion>): Promise<string> {
  const { plan } = await route(settings, asked)
  if (plan.kind === 'refuse') return `${plan.status} ${plan.reason}`
  const groups = Map.groupBy(plan.targets, ({ group }) => group)
  const text = [...groups.values()].map((targets) =>
    targets
      .map(
        ({ path, label, callerMustBeAuthenticated }) =>
          `${path}${callerMustBeAuthenticated ? '!' : ''} ${label}`,
      )
      .join(' + '),
  )
  return text.join(' | ')
}

const to = (dialled: string, domain = 'pbx.example') => ({ requestUri: `sip:${dialled}@${domain}` })
const rings102 = 'phone sip:102@pbx.example'

type Row = [rule: string, settings: FakeSiteSettings, asked: Partial<CallQuestion>, route: string]

describe('who was let in without a password while his PBX is gone', () => {
  it.each<Row>([
    ['reaches a phone of the site, unasked', gone, { ...byGuest, ...to('102') }, rings102],
    ['by a short number', gone, { ...byGuest, ...to('12') }, rings102],
    ['by a number that is of the site', gone, { ...byGuest, ...to('030102') }, rings102],
    [
      'in a group, but not its members elsewhere',
      {
        ...gone,
        groups: [{ aor: 'all@pbx.example', members: ['102@pbx.example', '103@pbx.example'] }],
        homeBoxes: { 'sip:103@pbx.example': [peer], 'sip:102@pbx.example': [peer] },
      },
      { ...byGuest, ...to('all') },
      rings102,
    ],
    ['reaches those who help', gone, { ...byGuest, ...to('112') }, 'trunk carrier | pbx main'],
    ['reaches no number outside', gone, { ...byGuest, ...to('0301234567') }, '403 Forbidden'],
    ['reaches no other domain', gone, { ...byGuest, ...to('bob', 'far.example') }, '403 Forbidden'],
    [
      'reaches no other site',
      { ...gone, overlays: ['far.example'], homeBoxes: { 'sip:x@far.example': [peer] } },
      { ...byGuest, ...to('x', 'far.example') },
      '403 Forbidden',
    ],
    [
      'is not connected to another site for a user who is away',
      { ...gone, bindings: [], homeBoxes: { 'sip:102@pbx.example': [peer] } },
      { ...byGuest, ...to('102') },
      '480 Temporarily Unavailable',
    ],
    [
      'is not told whether somebody elsewhere has a name',
      { ...gone, homeBoxes: { 'sip:x@town.example': [peer] } },
      { ...byGuest, ...to('x', 'town.example') },
      '403 Forbidden',
    ],
    ['sends no call on to outside', gone, { ...sentOnByGuest, ...to('0301234567') }, '403 Forbidden'],
    [
      'sends a call on to a phone of the site',
      gone,
      { ...sentOnByGuest, ...to('102') },
      'phone! sip:102@pbx.example',
    ],
  ])('%s', async (_rule, settings, asked, expected) => {
    expect(await routed(settings, asked)).toBe(expected)
  })
})

it('"what would happen if" knows who would be let in without a password', () => {
  const asks = (from: string, settings: FakeSiteSettings) =>
    hypotheticalCall({ from, to: '102', at: 0 }, fakeSite(settings))
  expect(asks('105@pbx.example', gone)).toMatchObject({
    ...{ source: 'phone', caller: aor('105', 'pbx.example'), callerIsAuthenticated: false, grace: true },
    requestUri: 'sip:102@pbx.example',
  })
  expect(asks('105@pbx.example', { ...gone, pbxState: 'normal' })).not.toHaveProperty('grace')
  expect(asks('101@pbx.example', gone)).toMatchObject({ source: 'phone', callerIsAuthenticated: true })
})

describe('without the PBX', () => {
  it.each<Row>([
    ['its users reach each other', gone, { ...byDesk, ...to('102') }, 'phone! sip:102@pbx.example'],
    ['and the world outside, with their rights', gone, { ...byDesk, ...to('0301234567') }, 'trunk! carrier'],
    ['their numbers ring them', gone, { ...fromTrunk, requestUri: 'sip:+4930102@192.0.2.1' }, rings102],
    [
      'they are reached at another site',
      { ...gone, bindings: [], homeBoxes: { 'sip:102@pbx.example': [peer] } },
      { ...byDesk, ...to('102') },
      `overlay! ${peer}`,
    ],
  ])('%s', async (_rule, settings, asked, expected) => {
    expect(await routed(settings, asked)).toBe(expected)
  })

  it('says in words what it does', async () => {
    const { steps } = await route(gone, { ...byDesk, ...to('102') })
    expect(steps.find(({ step }) => step === 'pbx')).toMatchObject({
      asked: 'main',
      answer: 'survival',
      why: 'the PBX is gone: rings the phones of sip:102@pbx.example that the box knows',
    })
  })

  it.each([
    ['*97', 'Voicemail Is Away With The PBX', '*97 is the voicemail of the PBX main, which is gone'],
    ['*72', 'This Feature Is Away With The PBX', '*72 is a feature of the PBX main, which is gone'],
    ['%2321', 'This Feature Is Away With The PBX', '#21 is a feature of the PBX main, which is gone'],
  ])('answers %s at once, and says why', async (dialled, reason, warning) => {
    const asked: string[] = []
    const findAor = async (name: string) => {
      asked.push(name)
      return []
    }
    const { plan } = await route(
      { ...gone, voicemail: { numbers: ['*97'] }, findAor },
      { ...byDesk, ...to(dialled) },
    )
    expect(plan).toMatchObject({ kind: 'refuse', status: 480, reason, warning })
    expect(asked).toEqual([])
  })

  it('tells a caller whom nobody answers that the voicemail is away', async () => {
    const { plan } = await route(
      { ...gone, bindings: [], voicemail: { numbers: [] } },
      { ...fromTrunk, requestUri: 'sip:+4930102@192.0.2.1' },
    )
    expect(plan).toMatchObject({
      status: 480,
      warning: expect.stringContaining('the voicemail of the PBX main is away'),
    })
  })
})

describe("where the voicemail's calls go while the PBX is gone", () => {
  const at = (forwardTo: string, more: FakeSiteSettings = {}): FakeSiteSettings => ({
    ...gone,
    voicemail: { numbers: ['*97'], forwardTo },
    ...more,
  })
  const desk101 = 'phone! sip:ann@site-a.example'
  it.each<Row>([
    [
      'a user, when nobody answers',
      at('ann@site-a.example'),
      { ...byDesk, ...to('102') },
      `phone! sip:102@pbx.example | ${desk101}`,
    ],
    [
      'or nobody is registered',
      at('ann@site-a.example', { bindings: [atAnn] }),
      { ...byDesk, ...to('102') },
      desk101,
    ],
    ['or the voicemail is dialled', at('ann@site-a.example'), { ...byDesk, ...to('*97') }, desk101],
    [
      'a number, for those who may call it',
      at('+49301111'),
      { ...byDesk, ...to('102') },
      'phone! sip:102@pbx.example | trunk! carrier',
    ],
    [
      'a number, not for who was let in without a password',
      at('+49301111'),
      { ...byGuest, ...to('102') },
      rings102,
    ],
    [
      'a number, not for who came in by a trunk',
      at('+49301111'),
      { ...fromTrunk, requestUri: 'sip:+4930102@192.0.2.1' },
      rings102,
    ],
    [
      'a user, for who came in by a trunk',
      at('ann@site-a.example'),
      { ...fromTrunk, requestUri: 'sip:+4930102@192.0.2.1' },
      `${rings102} | phone sip:ann@site-a.example`,
    ],
    [
      'a user of another site',
      at('sue@far.example', { overlays: ['far.example'], homeBoxes: { 'sip:sue@far.example': [peer] } }),
      { ...byDesk, ...to('102') },
      `phone! sip:102@pbx.example | overlay! ${peer}`,
    ],
    [
      'a user of another site, for who dials the voicemail',
      at('sue@far.example', { overlays: ['far.example'], homeBoxes: { 'sip:sue@far.example': [peer] } }),
      { ...byDesk, ...to('*97') },
      `overlay! ${peer}`,
    ],
    [
      'not that user himself once more',
      at('102@pbx.example'),
      { ...byDesk, ...to('102') },
      'phone! sip:102@pbx.example',
    ],
  ])('%s', async (_rule, settings, asked, expected) => {
    expect(await routed(settings, asked)).toBe(expected)
  })

  it('after the phones have rung for a while', async () => {
    const { plan } = await route(at('ann@site-a.example'), { ...byDesk, ...to('102') })
    expect(plan.kind === 'targets' && plan.targets.map(({ ringSeconds }) => ringSeconds)).toEqual([
      25,
      undefined,
    ])
  })

  it('stays with the PBX while it lives', async () => {
    const { plan } = await route(at('ann@site-a.example', { pbxState: 'normal' }), {
      ...byDesk,
      ...to('*97'),
    })
    expect(plan.kind === 'targets' && plan.targets.map(({ path }) => path)).toEqual(['pbx'])
  })
})

describe('a PBX that is back', () => {
  const atBox = binding('102@pbx.example', 'sip:102@192.0.2.99')
  const back: FakeSiteSettings = { ...gone, pbxState: 'normal', bindings: [atBox] }

  it('may not know a phone yet: the phone rings first for who can prove himself to the box', async () => {
    expect(await routed(back, { ...byDesk, ...to('102') })).toBe('phone! sip:102@pbx.example | pbx main')
  })

  it('is asked first while it is on trial, or nobody would learn whether it works', async () => {
    const { plan } = await route(
      { ...back, pbxState: 'suspect', isOnTrial: true },
      { ...byDesk, ...to('102') },
    )
    expect(plan.kind === 'targets' && plan.targets.map(({ path, mayNotKnow }) => [path, mayNotKnow])).toEqual(
      [
        ['pbx', true],
        ['phone', undefined],
      ],
    )
  })

  it('is asked first by who cannot, and its "not here" is not the last word', async () => {
    const { plan } = await route(back, { ...sentOnByGuest, ...to('102') })
    expect(plan.kind === 'targets' && plan.targets.map(({ path, mayNotKnow }) => [path, mayNotKnow])).toEqual(
      [
        ['pbx', true],
        ['phone', undefined],
      ],
    )
  })

  it('knows the phones that it has registered itself', async () => {
    const { plan } = await route({ ...gone, pbxState: 'normal' }, { ...byDesk, ...to('102') })
    expect(plan.kind === 'targets' && plan.targets[0]).not.toHaveProperty('mayNotKnow')
  })
})
