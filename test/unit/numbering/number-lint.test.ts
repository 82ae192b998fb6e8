import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { lintDids } from '../../../src/numbering/lint-dids.ts'
import { lintNames } from '../../../src/numbering/lint-names.ts'
import { lintRules } from '../../../src/numbering/lint-rules.ts'
import { lintNumbers } from '../../../src/numbering/number-lint.ts'

function findingsOf(config: Record<string, unknown>): readonly string[] {
  const parsed = configSchema.parse({ sip: { domains: ['site-a.example'] }, ...config })
  const findings = [...lintNames(parsed), ...lintRules(parsed), ...lintDids(parsed)]
  return findings.map(({ severity, key, text }) => `${severity}: ${key}: ${text}`)
}

const anna = { aor: '201@site-a.example', numbers: ['+493022732152'] }

describe('the lint of the number plan', () => {
  it('has nothing to say about a plan that works', () => {
    const numbering = { rules: [{ match: '8XX', dial: '201' }], shortNumbers: { '7': '201@site-a.example' } }
    expect(findingsOf({ users: [anna], numbering })).toEqual([])
  })

  it.each<[what: string, config: Record<string, unknown>, finding: RegExp]>([
    [
      'a rule that never fits',
      {
        numbering: {
          rules: [
            { match: '0.', refuse: 'no' },
            { match: '00.', dial: '1' },
          ],
        },
      },
      /^error: numbering\.rules\[1\]: never fits: numbering\.rules\[0\]/,
    ],
    [
      'a rule behind a short number',
      { numbering: { rules: [{ match: '77', refuse: 'no' }], shortNumbers: { '7X': '+49301' } } },
      /^error: numbering\.rules\[0\]: never fits: numbering\.shortNumbers\["7X"\]/,
    ],
    [
      'a rewrite that never fits',
      {
        trunks: [
          {
            name: 'carrier',
            server: 'carrier.example',
            numbers: {
              out: [
                { match: '+.', replace: '0', headers: ['to', 'from'] },
                { match: '+49.', replace: '1', headers: ['requestUri'] },
                { match: '+49.', replace: '1', headers: ['to'] },
              ],
            },
          },
        ],
      },
      /^error: trunks\.carrier\.numbers\.out\[2\]: never fits/,
    ],
    [
      'a rewrite of a form that the trunk does not write',
      {
        trunks: [
          {
            name: 'carrier',
            server: 'carrier.example',
            numberFormat: 'national',
            numbers: { out: [{ match: '+.', replace: '1234#{all}', headers: ['requestUri', 'to'] }] },
          },
        ],
      },
      /^error: trunks\.carrier\.numbers\.out\[0\]: never fits: numbers are national there/,
    ],
    [
      'a rewrite without the plus sign that the trunk writes',
      {
        trunks: [
          {
            name: 'carrier',
            server: 'carrier.example',
            numbers: { out: [{ match: 'X{6}.', replace: '9{all}' }] },
          },
        ],
      },
      /^error: trunks\.carrier\.numbers\.out\[0\]: never fits: numbers are \+e164 there/,
    ],
    [
      'a direct number that rings nobody',
      {
        users: [anna],
        numbering: { dids: [{ numbers: ['+493022732153'], to: '202@site-a.example' }] },
      },
      /^warning: numbering\.dids\[0\]: \+493022732153 leads to sip:202@site-a\.example, who has no account here/,
    ],
    [
      'a range of which some ring nobody',
      {
        users: [anna],
        numbering: { dids: [{ numbers: ['+493022732100..+493022732102'], to: '20{last:1}@site-a.example' }] },
      },
      /2 of 3 numbers ring nobody: \+493022732100 leads to sip:200@/,
    ],
    [
      'a number that two people have',
      { users: [anna, { aor: '202@site-a.example', numbers: ['+493022732152'] }] },
      /^error: users\[1\]\.numbers: \+493022732152 already belongs to 201@site-a\.example/,
    ],
    [
      'a number that the world does not know',
      { users: [{ aor: '201@site-a.example', numbers: ['+4919999999'] }] },
      /^warning: .*: \+4919999999: its country has not assigned this range/,
    ],
    [
      'a user whose name is a service number',
      { users: [{ aor: '115@site-a.example' }] },
      /^warning: users\[0\]\.aor: 115 is a service number of DE too.*\+49115/,
    ],
    [
      'a user whom a rule never gets',
      { users: [anna], numbering: { rules: [{ match: '2XX', dial: '301' }] } },
      /^warning: users\[0\]\.aor: names come before rules: numbering\.rules\[0\]/,
    ],
    ['a country without a plan', { numbering: { country: 'ZZ' } }, /^error: numbering\.country/],
  ])('finds %s', (_what, config, finding) => {
    const findings = findingsOf(config)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatch(finding)
  })

  it('says the gravest first, and what endangers calls for help', () => {
    const numbering = { country: 'DE', rules: [{ match: '11X', dial: '201' }] }
    const config = configSchema.parse({ users: [{ aor: '115@site-a.example' }], numbering })
    const [first, ...rest] = lintNumbers(config)
    expect(first).toMatchObject({ severity: 'error', key: 'numbering.rules[0]' })
    expect(rest.every(({ severity }) => severity === 'warning')).toBe(true)
    expect(rest.length).toBeGreaterThan(0)
  })
})
