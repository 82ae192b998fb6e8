import { describe, expect, it } from 'vitest'
import { type Aor, aor, parseAor, printAor } from '../../../../src/domain/aor.ts'
import { chooseUsers, type KnownUsers } from '../../../../src/survival/rehearsal/chosen-users.ts'
import type { RehearsalOrder } from '../../../../src/survival/rehearsal/rehearsal-order.ts'

const domain = 'office.example'
const office = { name: 'office', domain, state: 'normal' }
const order: RehearsalOrder = { forMs: 60_000, ring: false, by: 'anna' }

function known(more: Partial<KnownUsers> = {}): KnownUsers {
  const users = ['201', '202', '203'].map((user) => aor(user, domain))
  return {
    pbxs: () => [office],
    usersOf: () => users,
    usersOfGroup: (_, group) => (group === 'sales' ? users.slice(1) : undefined),
    resolve: (name: Aor) => users.find((user) => printAor(user) === printAor(name)),
    hasPhone: () => true,
    knowsPassword: () => true,
    desk: [],
    most: 50,
    ...more,
  }
}

function chosen(more: Partial<RehearsalOrder>, world: Partial<KnownUsers> = {}): string {
  const choice = chooseUsers({ ...order, ...more }, known(world))
  if (choice.kind === 'refused') return choice.why
  const names = (list: readonly string[]) => list.map((name) => parseAor(name)?.user ?? name).join(' ')
  return [
    names(choice.users),
    ...choice.leftOut.map(({ user, why }) => `without ${user}: ${why}`),
    ...(choice.unknown.length > 0 ? [`unknown ${names(choice.unknown)}`] : []),
  ].join(', ')
}

describe('who rehearses', () => {
  it.each([
    ['all users of the only PBX', {}, {}, '201 202 203'],
    ['a phone group', { group: 'sales' }, {}, '202 203'],
    ['users by their names', { users: ['203', '201@office.example'] }, {}, '203 201'],
    ['only users with a phone', {}, { hasPhone: (user: string) => user.includes('202') }, '202'],
    [
      'nobody whose phone the box would turn away',
      {},
      { knowsPassword: (user: string) => !user.includes('202') },
      '201 203, unknown 202',
    ],
    [
      'never all phones of the emergency desk',
      {},
      { desk: ['sip:202@office.example', 'sip:203@office.example'] },
      '201 203, without 202: one phone of the emergency desk stays',
    ],
    [
      'those of a desk of which another phone stays',
      { group: 'sales' },
      { desk: ['sip:201@office.example', 'sip:203@office.example'] },
      '202 203',
    ],
  ])('is %s', (_, more, world, expected) => {
    expect(chosen(more, world)).toBe(expected)
  })

  it.each([
    ['a group that is not there', { group: 'store' }, {}, 'PBX office has no phone group "store"'],
    ['a user of somewhere else', { users: ['999'] }, {}, '"999" is no user of PBX office'],
    ['a PBX that is not there', { pbx: 'home' }, {}, 'there is no PBX "home", but office'],
    ['no PBX at all', {}, { pbxs: () => [] }, 'this box stands beside no PBX'],
    ['too many users', {}, { most: 2 }, '3 users at once are too many, at most 2 may rehearse: name a group'],
    [
      'no phone',
      {},
      { hasPhone: () => false },
      'none of these users has a phone that is registered through the box',
    ],
    [
      'no password',
      {},
      { knowsPassword: () => false },
      'the box knows the password of none of 201, 202, 203',
    ],
    [
      'the last phone of the emergency desk alone',
      { users: ['201'] },
      { desk: ['sip:201@office.example'] },
      '201 is the last phone of the emergency desk',
    ],
  ])('is refused for %s', (_, more, world, expected) => {
    expect(chosen(more, world)).toBe(expected)
  })

  it('must name the PBX where there are two', () => {
    const pbxs = () => [office, { ...office, name: 'home' }]
    expect(chosen({}, { pbxs })).toBe('which PBX? There are office, home')
  })
})
