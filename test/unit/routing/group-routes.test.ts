import { describe, expect, it } from 'vitest'
import { groupsSection } from '../../../src/config/sections/groups.ts'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { CallGroups } from '../../../src/routing/call-groups.ts'
import { Router } from '../../../src/routing/router.ts'
import { binding, type FakeSiteSettings, fakeSite, question } from './fake-site.ts'

const peerB = 'bbb.peer.town.example'
const users = ['ann', 'bob', 'eve'].map((name) => ({ aor: `${name}@site-a.example` }))
const desk = {
  aor: '600@site-a.example',
  aliases: ['desk'],
  numbers: ['+4930600'],
  members: ['ann@site-a.example', 'bob@site-a.example', 'far@town.example'],
}
const at = (user: string, host: string, q = 1) =>
  binding(`${user}@site-a.example`, `sip:${user}@${host}`, { q })
const bindings = [at('ann', '192.0.2.99'), at('ann', '192.0.2.98', 0.5), at('bob', '192.0.2.99')]
const homeBoxes = { 'sip:far@town.example': [peerB] }
const byEve = { caller: aor('eve', 'site-a.example'), requestUri: 'sip:600@site-a.example' }

async function routed(settings: FakeSiteSettings, asked: Partial<CallQuestion> = byEve): Promise<string> {
  const site = fakeSite({ users, groups: [desk], bindings, homeBoxes, ...settings })
  const { plan } = await new Router(site, new FakeClock()).route(question(asked))
  if (plan.kind === 'refuse') return `${plan.status}`
  const groups = Map.groupBy(plan.targets, ({ group }) => group)
  return [...groups.values()]
    .map((targets) => targets.map(({ uri, ringSeconds = '' }) => `${uri} ${ringSeconds}`.trim()).join(' + '))
    .join(' | ')
}

const [ann, bob, far] = ['sip:ann@192.0.2.99', 'sip:bob@192.0.2.99', 'sip:far@town.example']

describe('a group', () => {
  it.each<[rule: string, settings: FakeSiteSettings, asked: Partial<CallQuestion>, route: string]>([
    ['rings all its members at their best phones, here and elsewhere', {}, byEve, `${ann} + ${bob} + ${far}`],
    [
      'is called by its alias',
      {},
      { ...byEve, requestUri: 'sip:desk@site-a.example' },
      `${ann} + ${bob} + ${far}`,
    ],
    [
      'is called by its direct number, from a trunk',
      {},
      { source: 'trunk', sourceLabel: 'carrier', requestUri: 'tel:+4930600' },
      `${ann} + ${bob} + ${far}`,
    ],
    [
      'is called from another box, members at other boxes too',
      {},
      { source: 'overlay', sourceLabel: peerB, requestUri: 'sip:600@site-a.example' },
      `${ann} + ${bob} + ${far}`,
    ],
    [
      'is called by the public',
      {},
      { ...byEve, source: 'domain', caller: undefined },
      `${ann} + ${bob} + ${far}`,
    ],
    [
      'rings in turn, in the order of the list, each as long as it says',
      { groups: [{ ...desk, ring: 'in-turn', ringSeconds: 12 }] },
      byEve,
      `${ann} 12 | ${bob} 12 | ${far} 12`,
    ],
    [
      'gives each member twenty seconds when nothing is said',
      { groups: [{ ...desk, ring: 'in-turn' }], homeBoxes: {} },
      byEve,
      `${ann} 20 | ${bob} 20`,
    ],
    [
      'does not ring the member who calls it',
      {},
      { ...byEve, caller: aor('bob', 'site-a.example') },
      `${ann} + ${far}`,
    ],
    [
      'does not ring the member who calls it from another box',
      {},
      { source: 'overlay', sourceLabel: peerB, from: far, requestUri: 'sip:600@site-a.example' },
      `${ann} + ${bob}`,
    ],
    ['nobody of which has a phone is not available', { bindings: [], homeBoxes: {} }, byEve, '480'],
    [
      'is for those who may call inside',
      { users: [{ aor: 'eve@site-a.example', mayDial: ['pstn'] }] },
      byEve,
      '403',
    ],
  ])('%s', async (_rule, settings, asked, route) => {
    expect(await routed(settings, asked)).toBe(route)
  })

  it.each(['all', 'in-turn'] as const)(
    'tells of each target that it is one of several people: %s',
    async (ring) => {
      const site = fakeSite({ users, groups: [{ ...desk, ring }], bindings, homeBoxes })
      const { plan } = await new Router(site, new FakeClock()).route(question(byEve))
      expect(plan.kind === 'targets' && plan.targets.map(({ memberOf }) => memberOf)).toEqual([
        ring,
        ring,
        ring,
      ])
    },
  )

  it('waits half a second at most for a member who may be elsewhere', async () => {
    const clock = new FakeClock()
    const findAor = () => new Promise<never>(() => undefined)
    const site = fakeSite({ users, groups: [desk], bindings, findAor })
    const route = new Router(site, clock).route(question(byEve))
    clock.advance(500)
    const { plan, steps } = await route
    expect(plan).toMatchObject({ kind: 'targets', targets: [{ uri: ann }, { uri: bob }] })
    expect(steps.map(({ why }) => why).join()).toContain('phones at other boxes are left out')
  })

  it('has at most forty targets, and says how many it left out', async () => {
    const members = Array.from({ length: 20 }, (_, index) => `u${index}@site-a.example`)
    const many = members.flatMap((name) => [
      binding(name, `sip:a@192.0.2.99`),
      binding(name, `sip:b@192.0.2.99`),
      binding(name, `sip:c@192.0.2.99`),
    ])
    const site = fakeSite({ users, groups: [{ ...desk, members }], bindings: many })
    const { plan, steps } = await new Router(site, new FakeClock()).route(question(byEve))
    expect(plan.kind === 'targets' && plan.targets.length).toBe(40)
    expect(steps).toContainEqual(expect.objectContaining({ answer: '20 left out' }))
  })
})

describe('the config of groups', () => {
  const problems = (...groups: readonly object[]) =>
    groupsSection.safeParse(groups).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const group = (aorText: string, members: readonly string[], more = {}) => ({
    aor: aorText,
    members,
    ...more,
  })

  it('takes members of this box and of others', () => {
    expect(problems(group('600@a.example', ['1@a.example', '2@b.example']))).toBeUndefined()
  })

  it.each([
    [
      'a group in a group, by name',
      [group('600@a.example', ['601@A.example']), group('601@a.example', ['1@a.example'])],
      '0.members.0: 601@a.example is a group, and cannot be a member',
    ],
    [
      'a group in itself, by alias',
      [group('600@a.example', ['1@a.example', 'desk@a.example'], { aliases: ['desk'] })],
      '0.members.1: desk@a.example is a group, and cannot be a member',
    ],
    [
      'a member twice',
      [group('600@a.example', ['1@a.example', '1@a.example'])],
      '0.members.1: 1@a.example is listed twice',
    ],
    [
      'two groups of one name',
      [
        group('600@a.example', ['1@a.example']),
        group('601@a.example', ['1@a.example'], { aliases: ['600'] }),
      ],
      '1: 600@a.example is already a name of 600@a.example',
    ],
  ])('refuses %s', (_what, groups, problem) => {
    expect(problems(...groups)).toEqual([problem])
  })

  it('refuses the name of a user when the box is built', () => {
    const users = {
      resolve: (name: { user: string }) => (name.user === '201' ? aor('ann', 'a.example') : undefined),
    }
    const entry = groupsSection.parse([group('600@a.example', ['1@a.example'], { aliases: ['201'] })])
    expect(() => new CallGroups(entry, users)).toThrow(
      'groups: sip:201@a.example is taken by the user sip:ann@a.example',
    )
  })
})
