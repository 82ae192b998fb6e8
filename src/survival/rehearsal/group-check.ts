import { type Aor, type AorText, printAor } from '../../domain/aor.ts'
import type { CheckResult } from './pass-sheet.ts'
import type { Reach } from './reach.ts'

/** Several users under one name. */
export interface RehearsedGroup {
  readonly aor: Aor
  readonly members: readonly Aor[]
}

export interface GroupWorld {
  readonly users: readonly AorText[]
  /** Groups of which one of the users is a member. */
  readonly groups: readonly RehearsedGroup[]
  readonly reach: Pick<Reach, 'reach'>
}

/** Every member of the users' groups has a phone that answers. */
export function checkGroups(world: GroupWorld, signal: AbortSignal): Promise<readonly CheckResult[]> {
  return Promise.all(world.groups.map((group) => checkGroup(group, world, signal)))
}

async function checkGroup(
  { aor, members }: RehearsedGroup,
  { users, reach }: GroupWorld,
  signal: AbortSignal,
): Promise<CheckResult> {
  const asked = await Promise.all(
    members.map(async (member) => {
      const name = printAor(member)
      const caller = users.find((user) => user !== name) ?? name
      return { member, ...(await reach.reach(caller, name, signal)) }
    }),
  )
  const tookMs = Math.max(0, ...asked.map((each) => each.tookMs))
  const result = { check: 'group', subject: aor.user, tookMs } as const
  const silent = asked.filter(({ isReached }) => !isReached)
  if (silent.length === 0) {
    return { ...result, outcome: 'pass', text: `all ${members.length} members have a phone that answers` }
  }
  return {
    ...result,
    outcome: 'fail',
    text: silent.map(({ member, text }) => `${member.user} ${text}`).join('; '),
    advice: 'A call to the group would ring the others only.',
  }
}

/** The groups whose members all take part: a call from outside to them is to meet the rehearsal too. */
export function wholeGroups(
  groups: readonly RehearsedGroup[],
  users: readonly AorText[],
): readonly AorText[] {
  const chosen = new Set(users)
  return groups
    .filter(({ members }) => members.every((member) => chosen.has(printAor(member))))
    .map(({ aor }) => printAor(aor))
}

/** The groups of which one of the users is a member. */
export function groupsOf(
  groups: readonly RehearsedGroup[],
  users: readonly AorText[],
): readonly RehearsedGroup[] {
  const chosen = new Set(users)
  return groups.filter(({ members }) => members.some((member) => chosen.has(printAor(member))))
}
