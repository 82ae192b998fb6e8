import { type Aor, type AorText, aor, parseAor, printAor } from '../../domain/aor.ts'
import type { LeftOut } from './pass-sheet.ts'
import type { RehearsalOrder } from './rehearsal-order.ts'

export interface RehearsablePbx {
  readonly name: string
  readonly domain: string
  readonly state: string
}

/** What the box knows of the users of its PBXs. */
export interface KnownUsers {
  pbxs(): readonly RehearsablePbx[]
  /** All users of a PBX's domain. */
  usersOf(domain: string): readonly Aor[]
  /** The users of a phone group; undefined when the PBX has no group of that name. */
  usersOfGroup(pbx: string, group: string): readonly Aor[] | undefined
  resolve(user: Aor): Aor | undefined
  hasPhone(user: AorText): boolean
  /** Whether the box could check the password of this user's phone. */
  knowsPassword(user: AorText): boolean
  /** Whose phones show calls for help. */
  readonly desk: readonly AorText[]
  /** Users at most in one rehearsal. */
  readonly most: number
}

export type Choice =
  | {
      readonly kind: 'chosen'
      readonly pbx: RehearsablePbx
      readonly users: readonly AorText[]
      readonly leftOut: readonly LeftOut[]
      /** Whose phone would be turned away by the box. */
      readonly unknown: readonly AorText[]
    }
  | { readonly kind: 'refused'; readonly why: string }

/** Who takes part: no phone that the box would turn away, and never the last phone of the emergency desk. */
export function chooseUsers(order: RehearsalOrder, known: KnownUsers): Choice {
  const pbx = pbxOf(order, known.pbxs())
  if (typeof pbx === 'string') return refused(pbx)
  const wanted = wantedUsers(order, pbx, known)
  if (typeof wanted === 'string') return refused(wanted)
  const names = [...new Set(wanted.map(printAor))]
  const isNamed = order.users !== undefined
  const present = names.filter((user) => isNamed || known.hasPhone(user))
  const unknown = present.filter((user) => !known.knowsPassword(user))
  const able = present.filter((user) => known.knowsPassword(user))
  const kept = deskPhoneToKeep(able, known)
  const users = able.filter((user) => user !== kept)
  if (users.length > known.most) {
    return refused(
      `${users.length} users at once are too many, at most ${known.most} may rehearse: name a group`,
    )
  }
  if (users.length === 0) return refused(whyNobody(present, unknown, kept))
  const leftOut =
    kept === undefined ? [] : [{ user: shortName(kept), why: 'one phone of the emergency desk stays' }]
  return { kind: 'chosen', pbx, users, leftOut, unknown }
}

function pbxOf({ pbx }: RehearsalOrder, pbxs: readonly RehearsablePbx[]): RehearsablePbx | string {
  const [only, second] = pbxs
  const names = pbxs.map(({ name }) => name).join(', ')
  if (!only) return 'this box stands beside no PBX'
  if (pbx === undefined) return second ? `which PBX? There are ${names}` : only
  return pbxs.find(({ name }) => name === pbx) ?? `there is no PBX "${pbx}", but ${names}`
}

function wantedUsers(
  { group, users }: RehearsalOrder,
  pbx: RehearsablePbx,
  known: KnownUsers,
): readonly Aor[] | string {
  if (group !== undefined) {
    return known.usersOfGroup(pbx.name, group) ?? `PBX ${pbx.name} has no phone group "${group}"`
  }
  if (users === undefined) return known.usersOf(pbx.domain)
  const found: Aor[] = []
  for (const text of users) {
    const named = parseAor(text) ?? aor(text, pbx.domain)
    const user = known.resolve(named)
    if (user?.domain !== pbx.domain) return `"${text}" is no user of PBX ${pbx.name}`
    found.push(user)
  }
  return found
}

/** Of a desk whose phones are all chosen, the first stays where it is. */
function deskPhoneToKeep(users: readonly AorText[], { desk, hasPhone }: KnownUsers): AorText | undefined {
  const withPhones = desk.filter((user) => hasPhone(user))
  return withPhones.length > 0 && withPhones.every((user) => users.includes(user)) ? withPhones[0] : undefined
}

function whyNobody(
  present: readonly AorText[],
  unknown: readonly AorText[],
  kept: AorText | undefined,
): string {
  if (kept !== undefined) return `${shortName(kept)} is the last phone of the emergency desk`
  if (present.length === 0) return 'none of these users has a phone that is registered through the box'
  return `the box knows the password of none of ${unknown.map(shortName).join(', ')}`
}

function shortName(user: AorText): string {
  return parseAor(user)?.user ?? user
}

function refused(why: string): Choice {
  return { kind: 'refused', why }
}
