import type { KnownDid, KnownGroup } from '../../../domain/known-extension.ts'
import type { E164 } from '../../../domain/phone-number.ts'
import { searchedContexts } from './dialplan-search.ts'
import type { ExtensionNames } from './extension-names.ts'
import { type Dialplan, type WhoRings, whoRings } from './who-rings.ts'

export interface DirectNumbersParts {
  readonly dialplan: Dialplan
  readonly trunkContexts: readonly string[]
  /** Where calls of the phones begin. */
  readonly phoneContexts: readonly string[]
  readonly names: ExtensionNames
  readonly groups: readonly KnownGroup[]
  readNumber(digits: string): E164 | undefined
}

export interface DirectNumbers {
  readonly dids: readonly KnownDid[]
  /** Several phones that only a direct number rings. */
  readonly groups: readonly KnownGroup[]
  readonly unread: readonly string[]
}

/** Contexts that calls from outside come into by the habits of Asterisk and FreePBX. */
const usualContexts = /^(ext-did|from-trunk|from-pstn|from-did|incoming|inbound)/

const leastDigits = 7

/** Direct numbers and whom they ring: what the dialplan does with calls from outside. */
export function directNumbers(parts: DirectNumbersParts): DirectNumbers {
  const { dialplan, trunkContexts, readNumber } = parts
  const begins = [...dialplan.keys()].filter(
    (name) => usualContexts.test(name) || trunkContexts.includes(name),
  )
  const searched = (names: readonly string[]) =>
    new Set(names.flatMap((name) => searchedContexts(dialplan, name)))
  const [outside, inside] = [searched(begins), searched(parts.phoneContexts)]
  const dids = new Map<E164, KnownDid>()
  const groups: KnownGroup[] = []
  const unread: string[] = []
  for (const [context, { extensions }] of dialplan) {
    for (const written of extensions.keys()) {
      // What phones can dial too is mostly no direct number, but an extension.
      const isDirect = outside.has(context) && (!inside.has(context) || digitsIn(written) >= leastDigits)
      if (!isDirect && !/^\+\d+$/.test(written)) continue
      if (written.startsWith('_')) {
        unread.push(`numbers ${written} in [${context}]: a pattern; give them to somebody by numbering.dids`)
        continue
      }
      if (!/^\+?\d{4,}$/.test(written)) continue
      const number = readNumber(written)
      if (number === undefined) {
        unread.push(`${written} in [${context}] is no number that can be read`)
        continue
      }
      const target = targetOf(whoRings(dialplan, context, written), number, {
        ...parts,
        groups: [...parts.groups, ...groups],
      })
      if (target.group) groups.push(target.group)
      if (!dids.has(number)) dids.set(number, { number, to: target.to, why: target.why ?? `[${context}]` })
    }
  }
  return { dids: [...dids.values()], groups, unread }
}

/** Of an extension or of the shortest number that its pattern fits. */
function digitsIn(written: string): number {
  return written.replace(/\[[^\]]*\]/g, 'X').replace(/[^0-9XZN]/gi, '').length
}

interface Target {
  readonly to: string | undefined
  readonly why?: string
  readonly group?: KnownGroup
}

function targetOf(
  rings: WhoRings,
  number: E164,
  { names, groups }: Pick<DirectNumbersParts, 'names' | 'groups'>,
): Target {
  if (rings.kind === 'unknown') return { to: undefined, why: rings.why }
  const wanted = rings.kind === 'queue' ? rings.name : rings.extension
  const known = groups.find(({ user, aliases }) => user === wanted || aliases.includes(wanted))
  if (known) return { to: known.user }
  if (rings.kind === 'queue') return { to: undefined, why: `there is no queue ${rings.name} with members` }
  const members = rings.devices.flatMap((device) => names.userOf(device) ?? [])
  if (members.length < rings.devices.length || members.length === 0)
    return { to: undefined, why: `it rings ${wanted}, which is no extension of this PBX` }
  if (members.length === 1) return { to: members[0] }
  const user = number.slice(1)
  return { to: user, group: { user, aliases: [], members, ring: rings.ring, ringSeconds: rings.ringSeconds } }
}
