import { expect, it } from 'vitest'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { Router } from '../../../src/routing/router.ts'
import { fakeSite, question } from './fake-site.ts'

const section = numberingSection.parse({ areaCode: '30', extensionPattern: '2XX', outsideLinePrefix: '0' })
const numbers = new DialPlan(section, [], [{ name: 'main', outsideLinePrefix: '' }])
const site = fakeSite({
  users: [{ aor: 'bob@site-a.example' }],
  trunks: [{ name: 'carrier' }],
  overlays: [],
  pbxState: 'normal',
})
const router = new Router({ ...site, numbers }, new FakeClock())

async function firstUri(asked: Partial<CallQuestion>): Promise<string | undefined> {
  const { plan } = await router.route(question(asked))
  return plan.kind === 'targets' ? plan.targets[0]?.uri : undefined
}

it('a PBX that removes the prefix for an outside line is read so, and a phone beside it is not', async () => {
  const fromPbx = { source: 'pbx', sourceLabel: 'main' } as const
  const byBob = { caller: aor('bob', 'site-a.example') }
  expect(await firstUri({ ...fromPbx, requestUri: 'sip:03022732152@192.0.2.1' })).toBe('tel:+493022732152')
  expect(await firstUri({ ...byBob, requestUri: 'sip:003022732152@192.0.2.1' })).toBe('tel:+493022732152')
  expect(await firstUri({ ...byBob, requestUri: 'sip:03022732152@192.0.2.1' })).toBe('tel:+49303022732152')
})
