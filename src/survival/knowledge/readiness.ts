import type { AorText } from '../../domain/aor.ts'
import type { CallClass } from '../../domain/call-class.ts'
import { type DialRight, mayReach } from '../../domain/dial-right.ts'
import { readinessSentences } from './readiness-sentences.ts'

/** How well something would work now if the PBX were gone. */
export type Grade = 'works' | 'partly' | 'fails'

export interface ReadinessCheck {
  readonly what:
    | 'registers'
    | 'rings'
    | 'direct numbers'
    | 'calls out'
    | 'emergency'
    | 'groups'
    | 'other sites'
  readonly grade: Grade
  /** What is so, and what to do about it. */
  readonly text: string
}

export interface ExtensionReadiness {
  readonly aor: AorText
  readonly displayName: string | undefined
  /** The worst that keeps the extension from service: without registration there is none. */
  readonly grade: Grade
  readonly checks: readonly ReadinessCheck[]
}

export interface Readiness {
  readonly pbx: string
  readonly extensions: readonly ExtensionReadiness[]
  /** Faults that belong to no single extension, a sentence each. */
  readonly faults: readonly string[]
  /** What the operator may want to know, and no fault. */
  readonly remarks: readonly string[]
}

/** One extension as it stands now. */
export interface ExtensionFacts {
  readonly aor: AorText
  readonly displayName: string | undefined
  /** The box can check the password of its phone in the realm in which it will ask. */
  readonly canProve: boolean
  /** Its phone was let in by the PBX, so that it would get the grace. */
  readonly hasGrace: boolean
  readonly lastSeen: { readonly at: number; readonly origin: 'box' | 'pbx' | 'mirror' } | undefined
  /** Phones where it can be rung now, by who vouched for them. */
  readonly phones: readonly ('box' | 'pbx' | 'mirror')[]
  readonly numbers: readonly string[]
  readonly mayDial: readonly DialRight[]
  /** Groups that have the extension as a member. */
  readonly groups: readonly string[]
  /** Announced to an overlay; undefined when the box is in none that has its domain. */
  readonly isAnnounced: boolean | undefined
}

export interface ReadinessFacts {
  readonly now: number
  readonly pbx: {
    readonly name: string
    readonly realm: string | undefined
    readonly toldAt: number | undefined
  }
  readonly graceMinutes: number
  readonly extensions: readonly ExtensionFacts[]
  readonly groups: readonly {
    readonly name: string
    readonly members: readonly { name: string; isKnown: boolean }[]
  }[]
  readonly dids: readonly {
    readonly number: string
    readonly to: string | undefined
    readonly isKnown: boolean
    readonly why: string
  }[]
  readonly trunks: readonly { readonly name: string; readonly state: 'good' | 'degraded' | 'failed' }[]
  /** Lines of other sites can be asked for. */
  readonly isInOverlay: boolean
  /** What nobody could read or keep: from the import and the store. */
  readonly troubles: readonly string[]
  readonly unread: readonly string[]
}

/** What would work for each extension if the PBX died now, and why not: a function of its arguments alone. */
export function checkReadiness(facts: ReadinessFacts): Readiness {
  return {
    pbx: facts.pbx.name,
    extensions: facts.extensions.map((extension) => extensionReadiness(extension, facts)),
    faults: [...facts.troubles, ...didFaults(facts), ...groupFaults(facts), ...wholeFaults(facts)],
    remarks: facts.unread,
  }
}

/** Extensions that nobody could call before long, and that could call nobody. */
export function withoutService({ extensions }: Readiness): readonly ExtensionReadiness[] {
  return extensions.filter(({ grade }) => grade === 'fails')
}

function extensionReadiness(extension: ExtensionFacts, facts: ReadinessFacts): ExtensionReadiness {
  const registers = registersCheck(extension, facts)
  const rings = ringsCheck(extension, registers)
  const checks = [registers, rings, ...others(extension, facts)]
  // What rings here rings until its registration ends; a phone of which AMI told is rung without one.
  const isMirrored = extension.phones.includes('mirror')
  const grade = registers.grade === 'fails' && !isMirrored ? 'fails' : worst(checks)
  return { aor: extension.aor, displayName: extension.displayName, grade, checks }
}

function registersCheck(
  extension: ExtensionFacts,
  { pbx, graceMinutes, now }: ReadinessFacts,
): ReadinessCheck {
  const what = 'registers'
  const { registers } = readinessSentences
  const seen = readinessSentences.seen(extension.lastSeen, now)
  if (extension.canProve) return { what, grade: 'works', text: `${registers.proves}; ${seen}` }
  const without = registers.withoutDigest(pbx.realm)
  if (extension.hasGrace && graceMinutes > 0)
    return { what, grade: 'partly', text: `${registers.grace(graceMinutes)}: ${without}; ${seen}` }
  return { what, grade: 'fails', text: `${registers.refused}: ${without}; ${seen}` }
}

function ringsCheck({ phones }: ExtensionFacts, registers: ReadinessCheck): ReadinessCheck {
  const what = 'rings'
  const { rings } = readinessSentences
  if (phones.length === 0) return { what, grade: 'fails', text: rings.nowhere }
  const isMirrorOnly = phones.every((origin) => origin === 'mirror')
  if (registers.grade === 'fails' && !phones.includes('mirror'))
    return { what, grade: 'partly', text: rings.forNow(phones.length) }
  return {
    what,
    grade: 'works',
    text: isMirrorOnly ? rings.byMirror(phones.length) : rings.here(phones.length),
  }
}

function others(extension: ExtensionFacts, { trunks, isInOverlay }: ReadinessFacts): ReadinessCheck[] {
  const { numbers, outside, emergency, groups, sites } = readinessSentences
  const healthy = trunks.filter(({ state }) => state !== 'failed').map(({ name }) => name)
  const classes = (['national', 'mobile', 'international'] satisfies CallClass[]).filter((callClass) =>
    mayReach(callClass, extension.mayDial),
  )
  const checks: ReadinessCheck[] = []
  if (extension.numbers.length > 0)
    checks.push({ what: 'direct numbers', grade: 'works', text: numbers(extension.numbers) })
  if (trunks.length === 0)
    checks.push({ what: 'calls out', grade: 'partly', text: isInOverlay ? outside.noTrunk : outside.alone })
  else if (healthy.length === 0) checks.push({ what: 'calls out', grade: 'partly', text: outside.allFailed })
  else if (classes.length === 0) checks.push({ what: 'calls out', grade: 'partly', text: outside.noRight })
  else if (!extension.canProve) checks.push({ what: 'calls out', grade: 'partly', text: outside.onGrace })
  else checks.push({ what: 'calls out', grade: 'works', text: outside.works(classes, healthy) })
  checks.push(
    healthy.length > 0
      ? { what: 'emergency', grade: 'works', text: emergency.works(healthy) }
      : isInOverlay
        ? { what: 'emergency', grade: 'partly', text: emergency.noTrunk }
        : { what: 'emergency', grade: 'fails', text: emergency.nowhere },
  )
  if (extension.groups.length > 0)
    checks.push({ what: 'groups', grade: 'works', text: groups(extension.groups) })
  if (extension.isAnnounced !== undefined)
    checks.push({
      what: 'other sites',
      grade: extension.isAnnounced ? 'works' : 'partly',
      text: extension.isAnnounced ? sites.announced : sites.unknown,
    })
  return checks
}

function didFaults({ dids }: ReadinessFacts): string[] {
  const { did } = readinessSentences
  return dids.flatMap(({ number, to, isKnown, why }) => {
    if (to === undefined) return [did.unread(number, why)]
    return isKnown ? [] : [did.nobody(number, to)]
  })
}

function groupFaults({ groups }: ReadinessFacts): string[] {
  return groups.flatMap(({ name, members }) => {
    const unknown = members.filter(({ isKnown }) => !isKnown).map((member) => member.name)
    return unknown.length > 0 ? [readinessSentences.group(name, unknown)] : []
  })
}

function wholeFaults({ extensions, pbx, trunks, isInOverlay }: ReadinessFacts): string[] {
  const { nothing, noHelp } = readinessSentences
  const hasLine = isInOverlay || trunks.some(({ state }) => state !== 'failed')
  return [
    ...(extensions.length === 0 ? [nothing(pbx.name)] : []),
    ...(hasLine ? [] : [noHelp(trunks.length)]),
  ]
}

function worst(checks: readonly ReadinessCheck[]): Grade {
  return checks.every(({ grade }) => grade === 'works') ? 'works' : 'partly'
}
