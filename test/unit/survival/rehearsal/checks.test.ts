import { describe, expect, it } from 'vitest'
import { type Aor, aor } from '../../../../src/domain/aor.ts'
import type { CallQuestion, RoutePlan, RouteTarget } from '../../../../src/domain/route.ts'
import { Examination, type ExaminedBox } from '../../../../src/survival/rehearsal/examination.ts'
import { type CheckResult, inSheetOrder } from '../../../../src/survival/rehearsal/pass-sheet.ts'
import type { ProbeAnswer } from '../../../../src/survival/rehearsal/reach.ts'

const domain = 'office.example'
const anna = 'sip:201@office.example'
const bert = 'sip:202@office.example'

function target(path: RouteTarget['path'], label: string): RouteTarget {
  const whole = { path, label, uri: `sip:${label}`, proxy: undefined, group: 0 }
  return { ...whole, callerMustBeAuthenticated: false, why: 'a test' }
}

interface World extends Partial<ExaminedBox> {
  /** Where what is dialled leads. */
  readonly routes?: Readonly<Record<string, RouteTarget>>
  /** Labels of places that do not answer. */
  readonly silent?: readonly string[]
}

function boxOf({ routes = {}, silent = [], ...more }: World): ExaminedBox {
  const route = async ({ requestUri }: CallQuestion): Promise<{ plan: RoutePlan }> => {
    const found = routes[requestUri] ?? (/20[12]/.test(requestUri) ? target('phone', requestUri) : undefined)
    return found
      ? { plan: { kind: 'targets', targets: [found], why: 'a test' } }
      : { plan: { kind: 'refuse', status: 404, reason: 'Not Found', why: 'nobody has that name' } }
  }
  const answer = async ({ label }: RouteTarget): Promise<ProbeAnswer> => {
    return { status: silent.includes(label) ? 408 : 200, tookMs: 3 }
  }
  return {
    question: (from, to): CallQuestion => ({
      ...{ callId: 'c', source: 'phone', sourceLabel: from, caller: undefined, callerIsAuthenticated: true },
      ...{ from, requestUri: to, at: 0 },
    }),
    route,
    routeTest: route,
    probe: { ask: answer, ring: answer, call: answer },
    shortNumberOf: (user) => user.replace(/^sip:|@.*$/g, ''),
    groups: () => [],
    directNumbersIn: () => [],
    faultsIn: () => [],
    resolve: ({ user }: Aor) => (/^(20[12]|600)$/.test(user) ? aor(user, domain) : undefined),
    lines: () => [{ name: 'carrier', healthy: true, free: 4 }],
    overlays: async () => [],
    emergencyTestNumber: undefined,
    emergencyTestIsAnswered: false,
    farUser: undefined,
    ...more,
  }
}

async function examined(
  world: World,
  { ring = false, isPicked = false, users = [anna, bert] } = {},
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  const take = (more: readonly CheckResult[]) => results.push(...more)
  await new Examination(boxOf(world)).run(
    { domain, users, ring, isPicked },
    take,
    new AbortController().signal,
  )
  return inSheetOrder(results)
}

async function lines(check: string, world: World, more = {}): Promise<string[]> {
  const results = (await examined(world, more)).filter((result) => result.check === check)
  return results.map(({ subject, outcome, text }) => `${outcome} ${subject}: ${text}`)
}

describe('an examination', () => {
  it('has each user call once and be called once', async () => {
    expect(await lines('dialling', {})).toEqual(['pass 202 → 201: answers', 'pass 201 → 202: answers'])
  })

  it('fails for a phone that is silent, and for a number that leads nowhere', async () => {
    expect(await lines('dialling', { silent: ['202'] })).toContain('fail 201 → 202: the phone did not answer')
    expect(await lines('dialling', { shortNumberOf: () => '77' })).toContain(
      'fail 201 → 77: would be refused: 404 Not Found, nobody has that name',
    )
  })

  it('fails for a call that would still need the PBX', async () => {
    const routes = { 202: target('pbx', 'office') }
    expect(await lines('dialling', { routes })).toContain(
      'fail 201 → 202: leads to no phone, but to pbx office',
    )
  })

  it('rings only when it may', async () => {
    expect(await lines('ringing', {})).toEqual([])
    const probe = { ...boxOf({}).probe, ring: async () => ({ status: 486, tookMs: 1 }) }
    expect(await lines('ringing', { probe }, { ring: true })).toContain(
      'fail 201 → 202: did not ring, but answered 486',
    )
  })

  it('finds a member of a group whose phone is silent', async () => {
    const groups = () => [{ aor: aor('600', domain), members: [aor('201', domain), aor('202', domain)] }]
    expect(await lines('group', { groups })).toEqual(['pass 600: all 2 members have a phone that answers'])
    expect(await lines('group', { groups, silent: [bert] })).toEqual([
      'fail 600: 202 the phone did not answer',
    ])
    expect(await lines('group', { groups }, { users: ['sip:203@office.example'] })).toEqual([])
  })

  it('finds a direct number without target', async () => {
    const directNumbersIn = () => [
      { number: '+49300', to: aor('201', domain) },
      { number: '+49301', to: aor('201', domain) },
      { number: '+49302', to: aor('299', domain) },
      { number: '+49303', to: aor('600', domain) },
    ]
    const routes = { '+49300': target('phone', '201'), '+49301': target('phone', '201') }
    expect(await lines('direct number', { directNumbersIn, routes })).toEqual([
      'fail +49302: leads to 299@office.example, and nobody here has that name',
      'pass +49300: 201: answers, and so by 1 more numbers',
      'pass others: 1 more lead to somebody whom the box knows, and who did not rehearse',
    ])
  })

  it('leaves the rest of the PBX alone when users were picked one by one', async () => {
    const directNumbersIn = () => [
      { number: '+49300', to: aor('201', domain) },
      { number: '+49302', to: aor('299', domain) },
    ]
    const routes = { '+49300': target('phone', '201') }
    const world = { directNumbersIn, routes, faultsIn: () => ['nothing is known'] }
    expect(await lines('direct number', world, { isPicked: true })).toEqual(['pass +49300: 201: answers'])
    expect(await lines('knowledge', world, { isPicked: true })).toEqual([])
  })

  it('says what the box should know of the PBX and does not, once', async () => {
    expect(await lines('knowledge', {})).toEqual(['pass of the PBX: nothing that was told of it is missing'])
    const directNumbersIn = () => [{ number: '+49302', to: aor('299', domain) }]
    const faultsIn = () => ['+49302 leads to 299, whom nobody knows', '+49309 leads to a menu of the PBX']
    expect(await lines('knowledge', { directNumbersIn, faultsIn })).toEqual([
      'fail of the PBX: +49309 leads to a menu of the PBX',
    ])
  })

  it.each([
    ['a healthy trunk', target('trunk', 'carrier'), 'pass 110: would go out by trunk carrier'],
    ['another box', target('overlay', 'box-b'), 'pass 110: would go out by overlay box-b'],
    [
      'a trunk that rests',
      target('trunk', 'other'),
      'fail 110: there is no healthy trunk, and no other box with one',
    ],
    [
      'the PBX alone',
      target('pbx', 'office'),
      'fail 110: there is no healthy trunk, and no other box with one',
    ],
  ])('looks for the way of a call for help: %s', async (_, way, expected) => {
    expect(await lines('emergency', { emergencyTestNumber: '110', routes: { 110: way } })).toEqual([expected])
  })

  it('calls who answers tests of calls for help, when it may', async () => {
    const world = {
      emergencyTestNumber: '110',
      emergencyTestIsAnswered: true,
      routes: { 110: target('trunk', 'carrier') },
    }
    expect(await lines('emergency', world, { ring: true })).toEqual([
      'pass 110: was answered by trunk carrier',
    ])
    expect(await lines('emergency', { ...world, silent: ['carrier'] }, { ring: true })).toEqual([
      'fail 110: was called by trunk carrier, which answered 408',
    ])
  })

  it('asks a user of another site, and whether the overlay is proven', async () => {
    const overlays = async () => [{ domain: 'town.example', state: 'proven', why: 'box-b found it' }] as const
    const farUser = '301@site-b.example'
    const routes = { [farUser]: target('overlay', 'box-b') }
    expect(await lines('other site', { overlays, farUser, routes })).toEqual([
      'pass town.example: box-b found it',
      'pass 301@site-b.example: answers',
    ])
    expect(await lines('other site', { overlays, farUser, routes, silent: ['box-b'] })).toContain(
      'fail 301@site-b.example: box box-b did not answer',
    )
    expect(await lines('other site', {})).toEqual(['not-applicable overlay: this box is in no overlay'])
  })

  it('looks for a line to the outside', async () => {
    expect(await lines('outside', {})).toEqual(['pass trunks: carrier is well, 4 free'])
    const full = () => [{ name: 'carrier', healthy: true, free: 0 }]
    expect(await lines('outside', { lines: full })).toEqual(['fail trunks: carrier is full'])
  })

  it('rehearses with a group too when all its members do', () => {
    const groups = () => [{ aor: aor('600', domain), members: [aor('201', domain), aor('202', domain)] }]
    const examination = new Examination(boxOf({ groups }))
    expect(examination.namesOf({ users: [anna, bert] })).toEqual([anna, bert, 'sip:600@office.example'])
    expect(examination.namesOf({ users: [anna] })).toEqual([anna])
  })
})
