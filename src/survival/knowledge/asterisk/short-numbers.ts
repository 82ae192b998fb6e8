import type { KnownGroup } from '../../../domain/known-extension.ts'
import { searchedContexts } from './dialplan-search.ts'
import type { ExtensionNames } from './extension-names.ts'
import type { ToldQueue } from './queues.ts'
import type { ToldPhone } from './told-phones.ts'
import { type Dialplan, type WhoRings, whoRings } from './who-rings.ts'

export interface ShortNumbers {
  readonly groups: readonly KnownGroup[]
  readonly unread: readonly string[]
}

const mostMembers = 40

interface Found {
  readonly number: string
  readonly context: string
  readonly rings: WhoRings
}

/** What the phones can dial inside: other names of extensions are added to `names`, ring groups and queues come back. */
export function shortNumbers(
  dialplan: Dialplan,
  phones: readonly ToldPhone[],
  queues: readonly ToldQueue[],
  names: ExtensionNames,
): ShortNumbers {
  const found = dialledInside(dialplan, phones).filter(({ number }) => !names.has(number))
  const unread: string[] = []
  for (const { number, rings } of found) {
    const [device, ...others] = rings.kind === 'phones' ? rings.devices : []
    const user = device && others.length === 0 ? names.userOf(device) : undefined
    if (user !== undefined) names.addAlias(number, user)
  }
  const groups = new Map<string, KnownGroup>()
  for (const { number, context, rings } of found) {
    if (names.named(number) !== undefined || groups.has(number)) continue
    if (rings.kind === 'unknown') unread.push(`${number} in [${context}] was left out: ${rings.why}`)
    else if (rings.kind === 'phones') {
      const members = membersOf(number, rings.devices, names, unread)
      groups.set(number, {
        user: number,
        aliases: [],
        members,
        ring: rings.ring,
        ringSeconds: rings.ringSeconds,
      })
    } else if (queues.every(({ name }) => name !== rings.name))
      unread.push(`${number} in [${context}] was left out: there is no queue ${rings.name}`)
  }
  for (const queue of queues) {
    const numbers = found.filter(({ rings }) => rings.kind === 'queue' && rings.name === queue.name)
    const all = [...new Set([...numbers.map(({ number }) => number), queue.name])]
    const [user = queue.name, ...aliases] = all.filter(
      (name) => names.named(name) === undefined && !groups.has(name),
    )
    const members = membersOf(`queue ${queue.name}`, queue.members, names, unread)
    groups.set(user, { user, aliases, members, ring: queue.ring, ringSeconds: queue.ringSeconds })
  }
  return { groups: [...groups.values()].filter(({ members }) => members.length > 0), unread }
}

/** Each number that a phone of the PBX reaches by itself; codes with * and # are the PBX's own business. */
function dialledInside(dialplan: Dialplan, phones: readonly ToldPhone[]): Found[] {
  const contexts = new Set(
    [...new Set(phones.map(({ context }) => context))].flatMap((context) =>
      searchedContexts(dialplan, context),
    ),
  )
  return [...contexts].flatMap((context) =>
    [...(dialplan.get(context)?.extensions.keys() ?? [])]
      .filter((number) => /^\d{1,10}$/.test(number))
      .map((number) => ({ number, context, rings: whoRings(dialplan, context, number) })),
  )
}

function membersOf(
  group: string,
  devices: Extract<WhoRings, { kind: 'phones' }>['devices'],
  names: ExtensionNames,
  unread: string[],
): readonly string[] {
  const members = devices.flatMap((device) => {
    const user = names.userOf(device)
    const called = device.kind === 'device' ? device.name : device.user
    if (user === undefined) unread.push(`${group}: the member ${called} is no extension of this PBX`)
    return user === undefined ? [] : [user]
  })
  const all = [...new Set(members)]
  if (all.length > mostMembers)
    unread.push(`${group} has ${all.length} members; in place of the PBX the first ${mostMembers} ring`)
  return all.slice(0, mostMembers)
}
