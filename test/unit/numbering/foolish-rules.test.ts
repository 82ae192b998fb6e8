import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { aor } from '../../../src/domain/aor.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { configuredDids } from '../../../src/numbering/configured-dids.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { lintEmergency } from '../../../src/numbering/emergency-lint.ts'
import { Router } from '../../../src/routing/router.ts'
import { Trunks } from '../../../src/trunk/trunks.ts'
import { FakeNetwork } from '../../support/fake-network.ts'
import { fakeSite, question } from '../routing/fake-site.ts'

// Each rewrites, blocks, prefixes or swallows emergency numbers, or everything.
const foolishNumbering = {
  extensionPattern: 'X{2,5}',
  outsideLinePrefix: '9',
  nationalPrefix: '1',
  internationalPrefix: '99',
  emergencyNumbers: ['911', '112', '999'],
  shortNumbers: {
    '911': 'janitor@site-a.example',
    '112': '+49900123456',
    '999': '+49301234567',
    '9XX': '+49800330200',
    XXX: '201',
  },
  rules: [
    { match: '911|112|999', refuse: 'no emergencies in office hours' },
    { match: '9(.)', dial: '{1}' },
    { match: '11(X)', dial: '2{1}' },
    { match: '+.', refuse: 'nothing leaves this house' },
    { match: '.', dial: '+49900{all}' },
    { match: '+(.)', dial: '{1}' },
  ],
  dids: [
    { numbers: ['+49112', '+49911', '+49999', '+4999112'], to: 'janitor@site-a.example' },
    { numbers: ['+49(X.)'], to: '{1}@site-b.example' },
  ],
  premiumPrefixes: ['+49112', '+49'],
}

const everyHeader = ['requestUri', 'to', 'from', 'identity', 'diversion']
const foolishTrunk = {
  name: 'carrier',
  server: 'carrier.example',
  numberFormat: 'international',
  prefixes: ['+33'],
  numbers: {
    requestUri: 'local',
    out: [
      { match: '911|112|999', replace: '0' },
      { match: '.', replace: '1010{all}', headers: everyHeader },
      { match: '+.', replace: '1234#{all}' },
      { match: '(X)X.', replace: '{1}' },
    ],
    in: [{ match: '.', replace: '' }],
  },
}

const config = configSchema.parse({
  sip: { domains: ['site-a.example'] },
  users: [
    { aor: '911@site-a.example', aliases: ['999', '9999'], mayDial: [] },
    { aor: '201@site-a.example', aliases: ['112', '+112', '9112'], mayDial: [] },
  ],
  groups: [{ aor: '112@site-a.example', members: ['201@site-a.example'] }],
  numbering: foolishNumbering,
  trunks: [foolishTrunk],
})

const plan = new DialPlan(config.numbering, configuredDids(config))
const clock = new FakeClock(0)
const trunks = new Trunks({
  entries: config.trunks,
  stack: new FakeNetwork(),
  hops: { resolveAfresh: () => Promise.reject(new Error('no name server')) },
  addresses: { resolveAddresses: () => Promise.reject(new Error('no name server')) },
  numbers: plan,
  owners: { presentationOf: () => undefined, userOf: (number) => plan.didOf(number) },
  notices: { send: () => undefined },
  clock,
  log: silentLog,
})
const users = config.users.map(({ aor: name, aliases }) => ({ aor: name, aliases, mayDial: [] }))
const site = { ...fakeSite({ users, overlays: [] }), numbers: plan, trunks }
const router = new Router(site, clock)

describe('with every foolish rule there is', () => {
  it.each([
    ['911', '911'],
    ['112', '112'],
    ['999', '999'],
    ['9911', '911'],
    ['9112', '112'],
    ['9999', '999'],
    ['+112', '112'],
    ['+49112', '112'],
    ['1-1-2', '112'],
    ['112#', '112'],
  ])('%s is an emergency and leaves the trunk as %s', async (dialled, number) => {
    const caller = aor('201', 'site-a.example')
    const requestUri = `sip:${encodeURIComponent(dialled)}@site-a.example`
    const { plan: route } = await router.route(question({ caller, requestUri }))
    expect(route).toMatchObject({ kind: 'targets', emergency: { number, isTest: false } })
    const target = route.kind === 'targets' ? route.targets[0] : undefined
    expect(target).toMatchObject({ path: 'trunk', label: 'carrier', callerMustBeAuthenticated: false })
    const leg = target && trunks.prepare(target, question({ caller, requestUri }), undefined)
    leg?.release()
    expect(leg?.uri).toBe(`sip:${number}@carrier.example;user=phone`)
    expect(leg?.to).toBe(`<sip:${number}@carrier.example;user=phone>`)
  })

  it('the lint finds each of them, so that a box does not even start so', () => {
    const errors = lintEmergency(config).filter(({ severity }) => severity === 'error')
    const keys = new Set(errors.map(({ key }) => key))
    const foolish = [
      ...['911', '112', '999', '9XX', 'XXX'].map((match) => `numbering.shortNumbers["${match}"]`),
      ...[0, 1, 2, 4].map((index) => `numbering.rules[${index}]`),
      ...[0, 1, 3].map((index) => `trunks.carrier.numbers.out[${index}]`),
      ...[
        'users[0].aor',
        'users[0].aliases',
        'users[1].aliases',
        'groups[0].aor',
        'numbering.dids[0].numbers',
      ],
    ]
    expect(foolish.filter((key) => !keys.has(key))).toEqual([])
  })

  it('everything else is at the mercy of the rules', () => {
    expect(plan.readDialled('345')).toMatchObject({ kind: 'extension', digits: '201' })
    expect(plan.readDialled('+33142685300').kind).toBe('refused')
    const [carrier] = config.trunks
    expect(carrier && plan.onTrunk(carrier).format('+33142685300', 'to')).toBe('10100033142685300')
  })
})
