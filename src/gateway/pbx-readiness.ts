import type { Config } from '../config/schema.ts'
import type { PbxEntry } from '../config/sections/pbxs.ts'
import { type Aor, type AorText, aor, parseAor, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { Account } from '../identity/account.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { CallGroups } from '../routing/call-groups.ts'
import type { KnownPbxs } from '../survival/knowledge/known-pbxs.ts'
import type { PhoneSightings } from '../survival/knowledge/phone-sightings.ts'
import { checkReadiness, type ExtensionFacts, type Readiness } from '../survival/knowledge/readiness.ts'
import type { TrunkStanding } from '../trunk/trunk-standing.ts'

export interface ReadinessParts {
  readonly config: Config
  readonly accounts: Accounts
  readonly groups: CallGroups
  readonly known: Pick<KnownPbxs, 'of' | 'toldAt' | 'troubles'>
  readonly sightings: Pick<PhoneSightings, 'of' | 'users'>
  /** Where calls find phones: the bindings and what AMI tells. */
  readonly whereabouts: { lookup(aor: AorText): readonly Binding[] }
  readonly trunks: { view(): readonly { readonly name: string; readonly state: TrunkStanding }[] }
  readonly overlays: { domains(): readonly string[] }
  /** By which the phones of this domain may be asked, the usual one first. */
  realmsOf(domain: string): readonly string[]
  readonly clock: Clock
}

/** How ready the box is to stand in for a PBX now. */
export function pbxReadiness({ name, domain }: PbxEntry, parts: ReadinessParts): Readiness {
  const { config, known, groups, clock } = parts
  const realms = parts.realmsOf(domain)
  const knowledge = known.of(name)
  const own = groups.names.flatMap((text) => {
    const group = groups.resolve(parseAor(text) ?? aor('', ''))
    return group?.aor.domain === domain ? [group] : []
  })
  const groupsOf = Map.groupBy(
    own.flatMap((group) =>
      group.members.map((member) => ({ member: nameOf(member, parts), group: group.aor.user })),
    ),
    ({ member }) => member,
  )
  return checkReadiness({
    now: clock.now(),
    pbx: { name, realm: realms[0], toldAt: known.toldAt(name) },
    graceMinutes: config.survival.graceMinutes,
    extensions: usersOf(domain, parts).map((user) =>
      extensionFacts(
        user,
        (groupsOf.get(printAor(user)) ?? []).map(({ group }) => group),
        realms,
        parts,
      ),
    ),
    groups: own.map((group) => ({
      name: group.aor.user,
      members: group.members.map((member) => ({ name: member.user, isKnown: isKnown(member, parts) })),
    })),
    dids: (knowledge?.dids ?? [])
      .filter(({ number }) => config.numbering.dids.every(({ numbers }) => !numbers.includes(number)))
      .map((did) => ({ ...did, isKnown: did.to !== undefined && isKnown(aor(did.to, domain), parts) })),
    trunks: parts.trunks.view().map(({ name: trunk, state }) => ({ name: trunk, state: state.state })),
    isInOverlay: parts.overlays.domains().length > 0,
    troubles: known.troubles(name),
    unread: knowledge?.unread ?? [],
  })
}

/** Those who are known, and those who have only been seen. */
function usersOf(domain: string, { accounts, sightings }: ReadinessParts): readonly Aor[] {
  const users = accounts.all.filter((account) => account.aor.domain === domain).map((account) => account.aor)
  const seen = [...sightings.users()].flatMap((text) => parseAor(text) ?? [])
  return [...users, ...seen.filter((user) => user.domain === domain && !accounts.byAor(user))]
}

function extensionFacts(
  user: Aor,
  groups: readonly string[],
  realms: readonly string[],
  { config, accounts, sightings, whereabouts, overlays }: ReadinessParts,
): ExtensionFacts {
  const text = printAor(user)
  const account = accounts.byAor(user)
  const phones = whereabouts.lookup(text)
  const isShared = overlays.domains().some((each) => user.domain === each || user.domain.endsWith(`.${each}`))
  return {
    aor: text,
    displayName: account?.displayName,
    canProve: account !== undefined && realms.some((realm) => accounts.canProve(account, realm)),
    hasGrace: phones.some(({ origin }) => origin !== 'box'),
    lastSeen: lastHeard(phones) ?? sightings.of(text),
    phones: phones.map(({ origin }) => origin),
    numbers: account?.numbers ?? [],
    mayDial: rightsOf(account, config),
    groups,
    isAnnounced: isShared ? account !== undefined : undefined,
  }
}

/** A phone that stays where it is repeats its registration, and makes no new sighting. */
function lastHeard(phones: readonly Binding[]): ExtensionFacts['lastSeen'] {
  const [last] = [...phones].sort((one, other) => other.registeredAt - one.registeredAt)
  return last && { at: last.registeredAt, origin: last.origin }
}

function rightsOf(account: Account | undefined, { survival }: Config): Account['mayDial'] {
  return account?.mayDial ?? survival.defaultRights
}

function nameOf(member: Aor, { accounts }: ReadinessParts): AorText {
  return printAor(accounts.byAor(member)?.aor ?? member)
}

/** Users of other domains are not looked for here: they may live at other boxes. */
function isKnown(name: Aor, { accounts, groups, config }: ReadinessParts): boolean {
  if (!config.pbxs.some(({ domain }) => domain === name.domain)) return true
  return accounts.byAor(name) !== undefined || groups.resolve(name) !== undefined
}
