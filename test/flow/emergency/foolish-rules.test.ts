import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { lintEmergency } from '../../../src/numbering/emergency-lint.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'

const carrier = new TinyCarrier()
const numbers = ['911', '112', '999']

/** All that an operator can get wrong, at once. */
const foolish = () => ({
  sip: { domains: ['site-a.example'], maxCalls: 1, callHandling: 'proxy' },
  users: [
    {
      aor: '201@site-a.example',
      password: 'secret',
      mayDial: [],
      aliases: ['911', '110'],
      withholdNumber: true,
    },
    { aor: '112@site-a.example', password: 'secret', numbers: ['+44112'] },
  ],
  groups: [{ aor: '999@site-a.example', members: ['201@site-a.example'] }],
  numbering: {
    country: 'GB',
    areaCode: '20',
    extensionPattern: 'X{1,6}',
    outsideLinePrefix: '9',
    emergencyNumbers: ['911'],
    emergencyTestNumber: '999',
    withholdPrefix: '99',
    showPrefix: '1',
    rules: [
      { match: '9(X.)', dial: '+4420{1}' },
      { match: 'X.', refuse: 'nobody calls anybody' },
    ],
    shortNumbers: { '112': '201@site-a.example', '9XX': '+442079460123' },
    dids: [{ numbers: ['+44999'], to: '201@site-a.example' }],
    premiumPrefixes: ['+44'],
  },
  trunks: [
    {
      name: 'carrier',
      server: carrier.hostPort,
      prefixes: ['+1900'],
      excludedPrefixes: ['+'],
      hours: ['sun 03:00-03:01'],
      numberFormat: 'international',
      maxCalls: 1,
      maxCallsPerSecond: 0.1,
      numbers: { areaCode: '20', out: [{ match: '(X.)', replace: '0{1}' }] },
    },
  ],
  tollFraud: { limits: [{ name: 'none', who: 'everybody', forbidden: true }] },
  emergency: { networks: ['127.0.0.0/8'] },
  guard: { requestsPerSecond: 1, requestBurst: 1 },
})

describe('with every foolish rule present', () => {
  let box: RunningBox
  const phones: SipPhone[] = []

  const phoneOf = async (aor: string) => {
    const phone = new SipPhone({ aor, password: 'wrong', server: box.server })
    phones.push(phone)
    await phone.start()
    return phone
  }

  beforeAll(async () => {
    await carrier.start()
    box = await runBox(foolish())
  })

  afterAll(async () => {
    await Promise.all(phones.map((phone) => phone.stop()))
    await box?.stop()
    await carrier.stop()
  })

  it('911, 112 and 999 reach the trunk as they are, from a user without rights and from a stranger, all at once', async () => {
    const user = await phoneOf('201@site-a.example')
    const stranger = await phoneOf('hall@elsewhere.example')
    const { host, port } = box.server
    const calls = [
      ...(await Promise.all(numbers.map((number) => user.call(number)))),
      await stranger.call(`sip:112@${host}:${port}`),
      await stranger.call('urn:service:sos'),
      await stranger.call('tel:+44999'),
    ]
    await Promise.all(calls.map((call) => call.answered()))
    expect([...carrier.dialled].sort()).toEqual(['112', '112', '911', '999', '999', '999'])
    await Promise.all(calls.map((call) => call.hangUp()))
  })

  it('and a check of the config names each of them', () => {
    const config = configSchema.parse(foolish())
    const keys = lintEmergency(config).flatMap(({ severity, key }) => (severity === 'error' ? [key] : []))
    expect([...new Set(keys)]).toEqual([
      'users[0].aliases',
      'users[1].aor',
      'users[1].numbers',
      'groups[0].aor',
      'numbering.dids[0].numbers',
      'numbering.shortNumbers["112"]',
      'numbering.shortNumbers["9XX"]',
      'numbering.rules[0]',
      'numbering.rules[1]',
      'numbering.withholdPrefix',
      'numbering.showPrefix',
      'trunks.carrier.numbers.out[0]',
      'numbering.emergencyTestNumber',
    ])
  })
})
