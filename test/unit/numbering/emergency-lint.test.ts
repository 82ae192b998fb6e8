import { describe, expect, it, test } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { lintEmergency } from '../../../src/numbering/emergency-lint.ts'

const good = {
  sip: { domains: ['site-a.example'] },
  users: [{ aor: '201@site-a.example', aliases: ['21'], numbers: ['+49301234501'] }],
  trunks: [{ name: 'carrier', server: 'sip.carrier.example' }],
  numbering: { country: 'DE', areaCode: '30', outsideLinePrefix: '0', emergencyTestNumber: '9113' },
  emergency: { location: 'Hauptstr. 5, 10115 Berlin', desk: ['201@site-a.example'] },
}

function findings(more: Record<string, unknown>): string[] {
  const config = configSchema.parse({ ...good, ...more })
  return lintEmergency(config).map(({ severity, key }) => `${severity} ${key}`)
}

const trunkWith = (numbers: Record<string, unknown>) => ({ trunks: [{ ...good.trunks[0], numbers }] })
const numberingWith = (more: Record<string, unknown>) => ({ numbering: { ...good.numbering, ...more } })

it('a usual plan is good', () => {
  expect(findings({})).toEqual([])
  expect(findings(numberingWith({ rules: [{ match: '8(XXX)', dial: '+49301234{1}' }] }))).toEqual([])
})

describe('a plan that could keep a call for help from its way is refused:', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a user', { users: [{ aor: '112@site-a.example' }], emergency: {} }, 'users[0].aor'],
    ['a short name', { users: [{ ...good.users[0], aliases: ['21', '110'] }] }, 'users[0].aliases'],
    [
      'the name of a group',
      { groups: [{ aor: '110@site-a.example', members: ['201@site-a.example'] }] },
      'groups[0].aor',
    ],
    [
      'a name that is the test number',
      { users: [...good.users, { aor: '9113@site-a.example' }] },
      'users[1].aor',
    ],
    [
      'a rule for everything',
      numberingWith({ rules: [{ match: 'X.', dial: '+49{all}' }] }),
      'numbering.rules[0]',
    ],
    [
      'a rule that refuses',
      numberingWith({ rules: [{ match: '11X', refuse: 'no services' }] }),
      'numbering.rules[0]',
    ],
    [
      'a rule behind the outside line',
      numberingWith({ rules: [{ match: '01.', dial: '+491{all}' }] }),
      'numbering.rules[0]',
    ],
    [
      'a short number',
      numberingWith({ shortNumbers: { '1XX': '+49301234567' } }),
      'numbering.shortNumbers["1XX"]',
    ],
    [
      'a rewrite on a trunk',
      trunkWith({ out: [{ match: '(X.)', replace: '0{1}' }] }),
      'trunks.carrier.numbers.out[0]',
    ],
    [
      'a test number that is real',
      numberingWith({ emergencyTestNumber: '0112' }),
      'numbering.emergencyTestNumber',
    ],
    [
      'a desk that nobody is at',
      { emergency: { location: 'x', desk: ['2O1@site-a.example'] } },
      'emergency.desk[0]',
    ],
    [
      'the Internet as the own network',
      { emergency: { location: 'x', networks: ['0.0.0.0/0'] } },
      'emergency.networks[0]',
    ],
  ])('%s', (_, more, key) => {
    expect(findings(more)).toContain(`error ${key}`)
  })
})

it('a box without any way out says so, and one without a location', () => {
  expect(findings({ trunks: [] })).toEqual(['warning trunks'])
  expect(findings({ emergency: {} })).toEqual(['warning emergency.location'])
})

it('and with every one of those rules the numbers still mean what they mean', () => {
  const foolish = configSchema.parse({
    ...good,
    numbering: {
      country: 'GB',
      extensionPattern: 'X{1,6}',
      outsideLinePrefix: '9',
      emergencyNumbers: ['911'],
      rules: [
        { match: 'X.', dial: '201@site-a.example' },
        { match: '9.', refuse: 'no' },
      ],
      shortNumbers: { '112': '+442079460123', '9XX': '201@site-a.example' },
      dids: [{ numbers: ['+44112'], to: '201@site-a.example' }],
    },
  })
  const plan = new DialPlan(foolish.numbering)
  for (const number of ['112', '999', '911', '9112', '9999', '+112', '+44999']) {
    expect(plan.readDialled(number)).toMatchObject({ kind: 'emergency', isTest: false })
  }
})
