import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion, RoutePlan } from '../../../src/domain/route.ts'
import { EmergencyRouter } from '../../../src/emergency/emergency-router.ts'
import { target, targets } from '../edge/an-edge.ts'

const question: CallQuestion = {
  callId: 'call-1',
  source: 'phone',
  sourceLabel: '201@site-a.example',
  caller: aor('201', 'site-a.example'),
  callerIsAuthenticated: true,
  from: 'sip:201@site-a.example',
  requestUri: 'sip:112@site-a.example',
  at: 0,
}
const onTrunk = target({ path: 'trunk', label: 'carrier', uri: 'tel:9112;phone-context=+49' })
const onPbx = target({ path: 'pbx', label: 'office', group: 1 })
const refused: RoutePlan = { kind: 'refuse', status: 404, reason: 'Not Found', why: 'nobody' }

/** Over a router that knows these Request-URIs. */
function aRouter(plans: Record<string, RoutePlan>, testAnswer?: string, callback?: string) {
  const asked: CallQuestion[] = []
  const began: string[] = []
  const router = new EmergencyRouter({
    router: {
      route: async (each) => {
        asked.push(each)
        return { plan: plans[each.requestUri] ?? refused, steps: [] }
      },
    },
    calls: { began: (_, { number, isTest }) => void began.push(isTest ? `test ${number}` : number) },
    callbacks: { callerAt: (number) => (number === '+49301234500' ? callback : undefined) },
    testAnswer,
  })
  return { router, asked, began }
}

function emergency(isTest: boolean, plan: RoutePlan = targets(onTrunk, onPbx)): RoutePlan {
  return { ...plan, emergency: { number: isTest ? '9112' : '112', isTest } }
}

describe('a call for help', () => {
  it('is made known, and goes its way', async () => {
    const plan = emergency(false)
    const { router, began } = aRouter({ [question.requestUri]: plan }, '+4930999')
    expect((await router.route(question)).plan).toBe(plan)
    expect(began).toEqual(['112'])
  })

  it('is made known when there is no line for it, too', async () => {
    const { router, began } = aRouter({ [question.requestUri]: emergency(false, refused) })
    expect((await router.route(question)).plan.kind).toBe('refuse')
    expect(began).toEqual(['112'])
  })
})

describe('the test number', () => {
  it('without an answer of its own is dialled as it is', async () => {
    const plan = emergency(true)
    const { router, began } = aRouter({ [question.requestUri]: plan })
    expect((await router.route(question)).plan).toBe(plan)
    expect(began).toEqual(['test 9112'])
  })

  it('can be answered by a number outside, over the same trunks', async () => {
    const { router } = aRouter({ [question.requestUri]: emergency(true) }, '+4915112345678')
    expect((await router.route(question)).plan).toMatchObject({
      emergency: { isTest: true },
      targets: [{ path: 'trunk', uri: 'tel:+4915112345678', outsideNumber: '+4915112345678' }],
    })
  })

  it('can be answered by a user', async () => {
    const plans = { [question.requestUri]: emergency(true), 'sip:200@site-a.example': targets(target()) }
    const { router, asked } = aRouter(plans, '200@site-a.example')
    expect((await router.route(question)).plan).toMatchObject({
      emergency: { isTest: true },
      targets: [{ path: 'phone' }],
    })
    expect(asked[1]).toMatchObject({ source: 'domain', requestUri: 'sip:200@site-a.example' })
  })
})

describe('rescuers who call back', () => {
  const back = {
    ...question,
    source: 'trunk',
    sourceLabel: 'carrier',
    requestUri: 'tel:+49301234500',
  } as const
  const reception = target({ label: '200@site-a.example', uri: 'sip:200@192.0.2.1', group: 0 })
  const caller = target({ label: '201@site-a.example', uri: 'sip:201@192.0.2.2', group: 3 })

  it('reach the phone that called them together with whoever has the number', async () => {
    const plans = { 'tel:+49301234500': targets(reception), 'sip:201@site-a.example': targets(caller) }
    const { router } = aRouter(plans, undefined, 'sip:201@site-a.example')
    const { plan } = await router.route(back)
    expect(plan.kind === 'targets' && plan.targets.map(({ label, group }) => [label, group])).toEqual([
      ['201@site-a.example', 0],
      ['200@site-a.example', 0],
    ])
  })

  it('reach it also by a number that nobody has', async () => {
    const plans = { 'sip:201@site-a.example': targets(caller) }
    const { router } = aRouter(plans, undefined, 'sip:201@site-a.example')
    expect((await router.route(back)).plan).toMatchObject({ targets: [{ label: '201@site-a.example' }] })
  })

  it('and nobody else does', async () => {
    const plans = { 'sip:201@site-a.example': targets(caller) }
    const { router } = aRouter(plans)
    expect((await router.route(back)).plan).toEqual(refused)
  })
})
