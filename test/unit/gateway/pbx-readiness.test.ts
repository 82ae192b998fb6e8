import { expect, it } from 'vitest'
import type { Config } from '../../../src/config/schema.ts'
import { pbxEntry } from '../../../src/config/sections/pbxs.ts'
import { userEntry } from '../../../src/config/sections/users.ts'
import { pbxReadiness, type ReadinessParts } from '../../../src/gateway/pbx-readiness.ts'
import { Accounts } from '../../../src/identity/accounts.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { CallGroups } from '../../../src/routing/call-groups.ts'
import { aBinding } from '../../support/a-binding.ts'

const domain = 'office.example'
const aor = `sip:201@${domain}`
const now = 1_000_000_000

function textOf(phones: ReturnType<typeof aBinding>[]): string | undefined {
  const accounts = new Accounts({ users: [userEntry.parse({ aor, password: 'pw' })], domains: [domain] })
  const parts: ReadinessParts = {
    config: {
      ...{ pbxs: [{ domain }], numbering: { dids: [] } },
      survival: { graceMinutes: 60, defaultRights: ['internal'] },
    } as unknown as Config,
    accounts,
    groups: new CallGroups([], { resolve: (name) => accounts.byAor(name)?.aor }),
    known: { of: () => undefined, toldAt: () => undefined, troubles: () => [] },
    sightings: {
      of: () => ({ at: now - 10 * 86_400_000, origin: 'box', wasVouched: true, userAgent: undefined }),
      users: () => [],
    },
    whereabouts: { lookup: () => phones },
    trunks: { view: () => [] },
    overlays: { domains: () => [] },
    realmsOf: () => ['asterisk'],
    clock: new FakeClock(now),
  }
  const pbx = pbxEntry.parse({ name: 'office', server: '192.0.2.50', domain })
  const [extension] = pbxReadiness(pbx, parts).extensions
  return extension?.checks.find(({ what }) => what === 'registers')?.text
}

it('a phone that stays where it is was heard when it last registered', () => {
  const refreshed = aBinding({ aor, origin: 'pbx', registeredAt: now - 40_000 })
  expect(textOf([refreshed])).toContain('last heard 40 s ago, at the PBX through this box')
  expect(textOf([])).toContain('last heard 10 days ago, at this box')
})
