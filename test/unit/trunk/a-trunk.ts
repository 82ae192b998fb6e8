import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { trunkEntry } from '../../../src/config/sections/trunks.ts'
import { aor } from '../../../src/domain/aor.ts'
import type { Notice } from '../../../src/domain/notice.ts'
import type { CallQuestion, RouteTarget } from '../../../src/domain/route.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import type { CallerPresentation } from '../../../src/trunk/caller-id.ts'
import type { ServerHop } from '../../../src/trunk/server-hop.ts'
import { Trunks, type TrunksSettings } from '../../../src/trunk/trunks.ts'
import { FakeNetwork, settle } from '../../support/fake-network.ts'

export const carrier = { name: 'carrier', server: 'carrier.example' }
export const account = { username: 'acc', authUsername: 'auth', password: 'secret' }

/** Ann has two numbers, Cleo hides hers, and 201 of site B is called on a number of ours. */
const people: Readonly<Record<string, CallerPresentation>> = {
  ann: { numbers: ['+49302345601', '+49302345602'], callerId: undefined, withholdsNumber: false },
  cleo: { numbers: ['+49302345603'], callerId: undefined, withholdsNumber: true },
}
const owners = {
  presentationOf: ({ user }: { readonly user: string }) => people[user],
  userOf: (number: string) => {
    if (number === '+49302345650') return aor('201', 'site-b.example')
    const [owner] = Object.entries(people).find(([, { numbers }]) => numbers.includes(number)) ?? []
    return owner === undefined ? undefined : aor(owner, 'site-a.example')
  },
}

/** Trunks in a small world: a clock, a network, a DNS and people with numbers that the test decides about. */
export function trunksOf(entries: readonly Record<string, unknown>[], more: Partial<TrunksSettings> = {}) {
  const clock = new FakeClock(1_000_000)
  const network = new FakeNetwork()
  const names = new Map([['carrier.example', ['192.0.2.20', '2001:db8::20']]])
  const hops = new Map<string, readonly ServerHop[]>()
  const notices: Notice[] = []
  const trunks = new Trunks({
    entries: entries.map((entry) => trunkEntry.parse(entry)),
    stack: network,
    clock,
    log: silentLog,
    random: () => 0,
    timeZone: 'Europe/Berlin',
    numbers: new DialPlan(numberingSection.parse({ areaCode: '30' })),
    owners,
    addresses: {
      resolveAddresses: async (host) => names.get(host) ?? Promise.reject(new Error('no such host')),
    },
    hops: {
      resolveAfresh: async ({ host, transport = 'udp' }) => {
        const found = hops.get(host) ?? names.get(host)?.map((address) => hopAt(address, { transport }))
        return found ?? Promise.reject(new Error(`${host} cannot be found`))
      },
    },
    notices: { send: (notice) => notices.push(notice) },
    ...more,
  })
  return { trunks, clock, network, names, hops, notices }
}

export function hopAt(address: string, more: Partial<ServerHop> = {}): ServerHop {
  return { transport: 'udp', address, port: 5060, ...more }
}

/** Moves time on second by second, as promises need it. */
export async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1_000)
    await settle()
  }
}

export const target = (label: string, uri = 'tel:+493055', more: Partial<RouteTarget> = {}): RouteTarget => ({
  path: 'trunk',
  uri,
  proxy: undefined,
  label,
  group: 0,
  callerMustBeAuthenticated: true,
  why: '',
  ...more,
})

export const by = (user: string | undefined, more: Partial<CallQuestion> = {}): CallQuestion => ({
  callId: '1',
  source: 'phone',
  sourceLabel: '',
  caller: user === undefined ? undefined : aor(user, 'site-a.example'),
  callerIsAuthenticated: true,
  from: `sip:${user}@site-a.example`,
  requestUri: 'tel:+493055',
  at: 0,
  ...more,
})
