import { describe, expect, it } from 'vitest'
import { aor, printAor } from '../../../src/domain/aor.ts'
import type { KnownGroup } from '../../../src/domain/known-extension.ts'
import { CallGroups } from '../../../src/routing/call-groups.ts'

const domain = 'office.example'

function told(user: string, members: readonly string[], more: Partial<KnownGroup> = {}): KnownGroup {
  return { user, aliases: [], members, ring: 'all', ringSeconds: undefined, ...more }
}

describe('groups that a PBX has told of', () => {
  const groups = () =>
    new CallGroups(
      [{ aor: '600@office.example', aliases: [], members: ['201@office.example'], ring: 'all', numbers: [] }],
      { resolve: (name) => (name.user === '201' ? name : undefined) },
    )

  it('are found by every name; members are its users, or whole names', () => {
    const all = groups()
    all.setImported(domain, [
      told('700', ['201', '301@site-b.example'], { aliases: ['sales'], ring: 'in-turn' }),
    ])
    const group = all.resolve(aor('sales', domain))
    expect(group?.members.map(printAor)).toEqual(['sip:201@office.example', 'sip:301@site-b.example'])
    expect([group?.aor.user, group?.ring, group?.ringSeconds]).toEqual(['700', 'in-turn', 20])
    expect(all.names).toEqual(['sip:600@office.example', 'sip:700@office.example'])
  })

  it('give way to the config and to users, and go when they are told of no more', () => {
    const all = groups()
    expect(
      all.setImported(domain, [told('600', ['202']), told('201', ['202']), told('700', ['202'])]),
    ).toEqual([
      'the group 600 of office.example: its name is taken by sip:600@office.example',
      'the group 201 of office.example: its name is taken by sip:201@office.example',
    ])
    expect(all.resolve(aor('600', domain))?.members.map(printAor)).toEqual(['sip:201@office.example'])
    all.setImported(domain, [])
    expect(all.resolve(aor('700', domain))).toBeUndefined()
    expect(all.names).toEqual(['sip:600@office.example'])
  })
})
