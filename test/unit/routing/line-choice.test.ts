import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { CallRate } from '../../../src/domain/call-rate.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import type { FoundService, PstnService } from '../../../src/domain/service-record.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { Router } from '../../../src/routing/router.ts'
import { type FakeSiteSettings, fakeSite, ownPeer, question } from './fake-site.ts'

const [boxB, boxC] = ['bbb.peer.town.example', 'ccc.peer.town.example']
const users = [
  { aor: 'bob@site-a.example' },
  { aor: 'kid@site-a.example', mayDial: ['national' as const] },
  { aor: 'sue@site-a.example', mayDial: ['pstn' as const, 'premium' as const] },
]
const byBob = { caller: aor('bob', 'site-a.example') }
const toBerlin = { ...byBob, requestUri: 'sip:0301234567@site-a.example' }

const rate = (perMinute: number, setup = 0, stepSeconds = 1): CallRate => ({ perMinute, setup, stepSeconds })
const offer = (peerName: string, more: Partial<PstnService> = {}): FoundService<PstnService> => ({
  peerName,
  roundTripMs: undefined,
  service: { kind: 'pstn', prefixes: ['+'], channelsFree: 2, costPerMinute: 0, ...more },
})

function routed(settings: FakeSiteSettings, asked: Partial<CallQuestion>) {
  return new Router(fakeSite({ users, ...settings }), new FakeClock()).route(question(asked))
}

/** Names of the lines in the order in which they are tried. */
async function linesOf(settings: FakeSiteSettings, asked: Partial<CallQuestion> = toBerlin) {
  const { plan } = await routed(settings, asked)
  return plan.kind === 'refuse' ? [plan.status] : plan.targets.map(({ label }) => label)
}

type Row = [rule: string, settings: FakeSiteSettings, lines: readonly (string | number)[]]

describe('the line for a number', () => {
  it.each<Row>([
    [
      'is the one that names the prefix more closely, even a dearer one',
      {
        trunks: [
          { name: 'world', costPerMinute: 1 },
          { name: 'berlin', prefix: '+4930', costPerMinute: 9 },
          { name: 'germany', prefix: '+49' },
        ],
      },
      ['berlin', 'germany', 'world'],
    ],
    [
      'is the cheaper one for three minutes, with what the call itself costs',
      {
        trunks: [
          { name: 'setup', rate: rate(10, 100) },
          { name: 'minutes', rate: rate(40) },
          { name: 'hourly steps', rate: rate(5, 0, 3_600) },
        ],
      },
      ['minutes', 'setup', 'hourly steps'],
    ],
    [
      'is the first of the config at equal cost',
      { trunks: [{ name: 'first' }, { name: 'second' }] },
      ['first', 'second'],
    ],
    [
      'is none that is full, closed at this hour, or made for other numbers',
      {
        trunks: [
          { name: 'full', free: 0 },
          { name: 'closed', isOpen: false },
          { name: 'swiss', prefix: '+41' },
          { name: 'left', costPerMinute: 99 },
        ],
      },
      ['left'],
    ],
    [
      'is a resting one only after other boxes have been asked',
      { trunks: [{ name: 'resting', healthy: false }, { name: 'well' }], services: [offer(boxB)] },
      ['well', boxB, 'resting'],
    ],
    [
      'is that of a box which failed a moment ago last',
      { resting: [boxB], services: [offer(boxB, { costPerMinute: 1 }), offer(boxC, { costPerMinute: 50 })] },
      [boxC, boxB],
    ],
    [
      'is our own while it costs at most twice as much',
      { trunks: [{ name: 'own', costPerMinute: 20 }], services: [offer(boxB, { costPerMinute: 10 })] },
      ['own', boxB],
    ],
    [
      "is another box's when our own costs more than twice as much",
      { trunks: [{ name: 'own', costPerMinute: 21 }], services: [offer(boxB, { costPerMinute: 10 })] },
      [boxB, 'own'],
    ],
    [
      "is never another box's because nobody gave it a price",
      { trunks: [{ name: 'own', costPerMinute: 21 }], services: [offer(boxB)] },
      ['own', boxB],
    ],
    [
      'costs what the longest prefix in the offer says',
      {
        services: [
          offer(boxB, { costPerMinute: 1, rates: [{ prefix: '+4930', ...rate(80) }] }),
          offer(boxC, {
            costPerMinute: 90,
            rates: [
              { prefix: '+49', ...rate(95) },
              { prefix: '+4930', ...rate(70) },
            ],
          }),
        ],
      },
      [boxC, boxB],
    ],
    ['is refused as busy when all are full', { trunks: [{ name: 'full', free: 0 }] }, [503]],
    ['is refused as closed at the wrong hour', { trunks: [{ name: 'closed', isOpen: false }] }, [503]],
  ])('%s', async (_rule, settings, lines) => {
    expect(await linesOf(settings)).toEqual(lines)
  })

  it('leaves a line in the record for each trunk that is passed over, and one for the order', async () => {
    const { steps } = await routed(
      {
        trunks: [
          { name: 'full', free: 0 },
          { name: 'closed', isOpen: false },
          { name: 'swiss', prefix: '+41' },
          { name: 'one' },
          { name: 'two', healthy: false },
        ],
      },
      toBerlin,
    )
    const lines = steps.filter(({ step }) => step === 'trunk' || step === 'order')
    expect(lines.map(({ asked, answer, why }) => [asked, answer, why])).toEqual([
      ['swiss', 'passed over', 'not for this number'],
      ['full', 'full', 'it carries its most calls'],
      ['closed', 'closed', 'outside the hours that it is meant for'],
      ['+49301234567', 'one, two', expect.stringContaining('well first')],
    ])
  })

  it('tells what the call costs and which number outside it reaches', async () => {
    const { plan } = await routed(
      {
        trunks: [{ name: 'own', rate: rate(12, 50, 60) }],
        services: [offer(boxB, { costPerMinute: 45 })],
      },
      toBerlin,
    )
    expect(plan).toMatchObject({
      kind: 'targets',
      targets: [
        { label: 'own', rate: rate(12, 50, 60), outsideNumber: '+49301234567' },
        { label: boxB, rate: rate(45), outsideNumber: '+49301234567' },
      ],
    })
  })
})

describe('who may dial a number', () => {
  const trunks = [{ name: 'carrier' }]
  const dialling = (caller: string, number: string) =>
    linesOf({ trunks }, { caller: aor(caller, 'site-a.example'), requestUri: `tel:${number}` })

  it.each([
    ['kid', '+4930123456', 'carrier'],
    ['kid', '+4915112345678', 'carrier'],
    ['kid', '+41443334455', 403],
    ['bob', '+41443334455', 'carrier'],
    ['bob', '+499001234567', 403],
    ['bob', '+88213000000', 403],
    ['sue', '+499001234567', 'carrier'],
  ])('%s dials %s: %s', async (caller, number, expected) => {
    expect(await dialling(caller, number)).toEqual([expected])
  })

  it('is asked of the limits too, and their answer ends the matter', async () => {
    const why = '20 of 20 calls this minute'
    const settings: FakeSiteSettings = {
      trunks,
      services: [offer(boxB)],
      refusal: (_question, number, callClass) =>
        number === '+49301234567' && callClass === 'national'
          ? { status: 403, reason: 'Forbidden', why }
          : undefined,
    }
    const { plan, steps } = await routed(settings, toBerlin)
    expect(plan).toMatchObject({ kind: 'refuse', status: 403, why })
    expect(steps).toContainEqual(
      expect.objectContaining({ step: 'toll', asked: '+49301234567', answer: '403 Forbidden', why }),
    )
    expect(steps.some(({ step }) => step === 'overlay')).toBe(false)
    expect(await linesOf(settings, { ...byBob, requestUri: 'tel:+41443334455' })).toEqual(['carrier', boxB])
  })

  it('does not matter for a call for help, which says that it is one', async () => {
    const refusal = () => ({ status: 403, reason: 'Forbidden', why: 'blocked' })
    const { plan } = await routed({ trunks, refusal }, { ...byBob, requestUri: 'sip:112@site-a.example' })
    const emergency = { number: '112', isTest: false }
    expect(plan).toMatchObject({
      kind: 'targets',
      emergency,
      targets: [{ label: 'carrier', outsideNumber: '112', emergency }],
    })
    const nowhere = await routed({}, { ...byBob, requestUri: 'sip:112@site-a.example' })
    expect(nowhere.plan).toMatchObject({ kind: 'refuse', status: 503, emergency })
  })

  it('of other boxes is asked as well', async () => {
    const asked: string[] = []
    const lines = await linesOf(
      {
        trunks: [{ name: 'carrier', offerToOverlay: true }],
        refusal: ({ source, sourceLabel }) => {
          asked.push(`${source} ${sourceLabel}`)
          return { status: 503, reason: 'Quota Used Up', why: 'the box has had its share of today' }
        },
      },
      { source: 'overlay', sourceLabel: boxB, requestUri: `sip:+49301234567@${ownPeer};user=phone` },
    )
    expect(lines).toEqual([503])
    expect(new Set(asked)).toEqual(new Set([`overlay ${boxB}`]))
  })
})
