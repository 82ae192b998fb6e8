import type { z } from 'zod'
import { type GroupEntry, groupEntry } from '../../../src/config/sections/groups.ts'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { type Aor, aor, parseAor, printAor } from '../../../src/domain/aor.ts'
import type { Binding } from '../../../src/domain/binding.ts'
import type { DialRight } from '../../../src/domain/dial-right.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import type { FoundService, PstnService } from '../../../src/domain/service-record.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { CallGroups } from '../../../src/routing/call-groups.ts'
import type { PbxState, Site, Toll, TrunkCandidate, VoicemailEntry } from '../../../src/routing/site.ts'

export const everyRight: readonly DialRight[] = ['internal', 'overlay', 'domains', 'pstn']

export interface FakeUser {
  readonly aor: string
  readonly aliases?: readonly string[]
  readonly numbers?: readonly string[]
  readonly mayDial?: readonly DialRight[]
}

/** What a test says about its box; the rest is an empty site-a.example in Berlin, in the overlay town.example. */
export interface FakeSiteSettings {
  readonly users?: readonly FakeUser[]
  readonly groups?: readonly (Partial<GroupEntry> & Pick<GroupEntry, 'aor' | 'members'>)[]
  readonly bindings?: readonly Binding[]
  readonly trunks?: readonly (Partial<TrunkCandidate> & {
    name: string
    costPerMinute?: number
  })[]
  readonly dids?: Readonly<Record<string, string>>
  /** `numbering` of the config, besides the area code of Berlin. */
  readonly numbering?: z.input<typeof numberingSection>
  readonly pbxState?: PbxState
  readonly isOnTrial?: true
  readonly overlays?: readonly string[]
  readonly homeBoxes?: Readonly<Record<string, readonly string[]>>
  /** Boxes that know a user who has no phone there. */
  readonly enrolledAt?: Readonly<Record<string, readonly string[]>>
  readonly services?: readonly FoundService<PstnService>[]
  readonly findAor?: Site['overlays']['findAor']
  /** Boxes that failed a moment ago. */
  readonly resting?: readonly string[]
  readonly refusal?: Toll['refusal']
  /** Users whose password the box does not know; while the PBX is gone they are on grace. */
  readonly withoutPassword?: readonly string[]
  readonly voicemail?: VoicemailEntry
}

export const ownPeer = 'aaa.peer.town.example'

export function fakeSite(settings: FakeSiteSettings = {}): Site {
  const users = settings.users ?? []
  const trunks = (settings.trunks ?? []).map(({ costPerMinute = 0, ...trunk }) => ({
    prefix: '+',
    rate: { perMinute: costPerMinute, setup: 0, stepSeconds: 1 },
    isOpen: true,
    free: 10,
    healthy: true,
    offerToOverlay: false,
    ...trunk,
  }))
  const plan = new DialPlan(numberingSection.parse({ areaCode: '30', ...settings.numbering }), [
    ...users.map(({ aor: to, numbers = [] }) => ({ numbers, to })),
    ...(settings.groups ?? []).map(({ aor: to, numbers = [] }) => ({ numbers, to })),
    ...Object.entries(settings.dids ?? {}).map(([number, to]) => ({ numbers: [number], to })),
  ])
  const pbx = settings.pbxState && {
    name: 'main',
    domain: 'pbx.example',
    state: settings.pbxState,
    server: '192.0.2.50:5070',
    transport: 'udp' as const,
    ...(settings.isOnTrial && { isOnTrial: settings.isOnTrial }),
  }
  const isWithoutPassword = ({ user, domain }: Aor) =>
    (settings.withoutPassword ?? []).includes(`${user}@${domain}`)
  const find = (test: (user: FakeUser) => boolean): Aor | undefined => {
    const user = users.find(test)
    return user && parseAor(user.aor)
  }
  const accounts: Site['accounts'] = {
    resolve: (name) =>
      find(
        (user) =>
          user.aor === `${name.user}@${name.domain}` ||
          (user.aor.endsWith(`@${name.domain}`) && (user.aliases ?? []).includes(name.user)),
      ),
    mayDial: (name) => {
      const user = users.find((candidate) => candidate.aor === `${name.user}@${name.domain}`)
      return user && (user.mayDial ?? everyRight)
    },
  }
  return {
    domains: {
      own: () => ['site-a.example', 'town.example'],
      isOwnHost: (host, port) => host === '192.0.2.1' && (port ?? 5060) === 5060,
    },
    accounts,
    groups: new CallGroups(
      (settings.groups ?? []).map((group) => groupEntry.parse(group)),
      accounts,
    ),
    bindings: { lookup: (name) => (settings.bindings ?? []).filter((binding) => binding.aor === name) },
    overlays: {
      domains: () => settings.overlays ?? ['town.example'],
      isOwnPeerName: (host) => host === ownPeer,
      findAor:
        settings.findAor ??
        (async (name) => [
          ...(settings.enrolledAt?.[name] ?? []).map((peerName) => ({ peerName, contacts: 0 })),
          ...(settings.homeBoxes?.[name] ?? []).map((peerName) => ({ peerName, contacts: 1 })),
        ]),
      findPstn: async () => settings.services ?? [],
    },
    trunks: {
      candidates: (number) => trunks.filter(({ prefix }) => number.startsWith(prefix)),
      all: () => trunks,
      servesHost: (host) => host === 'carrier.example',
    },
    pbxs: {
      stateOf: (domain) => (domain === pbx?.domain ? pbx : undefined),
      named: (name) => (name === pbx?.name ? pbx : undefined),
      atHost: (host, port) => (host === '192.0.2.50' && port === 5070 ? pbx : undefined),
    },
    restingBoxes: { has: (peerName) => (settings.resting ?? []).includes(peerName) },
    numbers: plan,
    standIn: {
      isOnGrace: (user) =>
        isWithoutPassword(user) && pbx !== undefined && !['normal', 'suspect'].includes(pbx.state),
      hasPassword: (user) => accounts.resolve(user) !== undefined && !isWithoutPassword(user),
      voicemailOf: () => settings.voicemail,
    },
    toll: { refusal: settings.refusal ?? (() => undefined) },
    ownLinesUpTo: 2,
  }
}

export function binding(user: string, contact: string, more: Partial<Binding> = {}): Binding {
  const name = parseAor(user) ?? aor(user, 'site-a.example')
  return {
    aor: printAor(name),
    contact,
    q: 1,
    expiresAt: 1_000_000,
    callId: 'registration',
    cseq: 1,
    path: [],
    source: { transport: 'udp', address: '192.0.2.99', port: 5060 },
    instance: undefined,
    userAgent: undefined,
    origin: 'box',
    registeredAt: 0,
    ...more,
  }
}

export function question(more: Partial<CallQuestion>): CallQuestion {
  const from = more.caller ? printAor(more.caller) : 'sip:somebody@far.example'
  return {
    callId: 'call',
    source: 'phone',
    sourceLabel: from,
    caller: undefined,
    callerIsAuthenticated: more.source === undefined || more.source === 'phone',
    from,
    requestUri: 'sip:201@site-a.example',
    at: 0,
    ...more,
  }
}
