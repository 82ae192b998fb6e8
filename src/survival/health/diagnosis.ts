import type { OutageCause } from '../../domain/outage.ts'

/** What the box knows of the networks around it. */
export interface NetworkFacts {
  readonly pbxs: readonly PbxFacts[]
  readonly trunks: readonly TrunkFacts[]
  readonly overlays: readonly { readonly domain: string; readonly isIsolated: boolean }[]
  /** No name server has said a word to the last questions. */
  readonly namesAreSilent: boolean
  /** This machine has an address that others can reach. */
  readonly hasNetwork: boolean
}

export interface PbxFacts {
  readonly name: string
  readonly seen: 'works' | 'refused' | 'silent' | 'overloaded'
  /** The way there is the uplink. */
  readonly isOutside: boolean
  /** Its name leads to no address. */
  readonly isNameless: boolean
  /** Other hosts of its network that were heard in the last minute or so. */
  readonly neighboursHeard: number
}

export interface TrunkFacts {
  readonly name: string
  readonly seen: 'works' | 'refused' | 'silent'
  readonly isOutside: boolean
}

/** Something that is broken. */
export interface Fault {
  readonly kind: 'network' | 'uplink' | 'names' | 'pbx' | 'trunk' | 'overlay'
  /** Name of the PBX, the trunk, the overlay; empty for the others. */
  readonly about: string
  /** A sentence for a person. */
  readonly text: string
}

/** What is broken, the widest first: who has no cable is told that, and not that all else is silent too. */
export function diagnose(facts: NetworkFacts): readonly Fault[] {
  const cut = cutOff(facts)
  if (cut) return [fault('network', '', cut)]
  const isUplinkDown = uplinkIsDown(facts)
  const pbxs = facts.pbxs.filter(({ seen, isOutside }) => seen !== 'works' && !(isUplinkDown && isOutside))
  return [
    ...(isUplinkDown ? [fault('uplink', '', uplinkText(facts))] : troubleOutside(facts)),
    ...pbxs.map((pbx) => fault('pbx', pbx.name, pbxText(pbx))),
  ]
}

/** The cause of an outage, when more is known than what the PBX itself showed. */
export function causeOf(pbxName: string, seen: OutageCause, facts: NetworkFacts): OutageCause {
  const pbx = facts.pbxs.find(({ name }) => name === pbxName)
  if (!pbx || (seen !== 'refused' && seen !== 'silent')) return seen
  const pbxs = facts.pbxs.map((each) => (each === pbx ? { ...pbx, seen } : each))
  if (cutOff({ ...facts, pbxs }) || (pbx.isOutside && uplinkIsDown(facts))) return 'network'
  return pbx.isNameless ? 'dns' : seen
}

function cutOff(facts: NetworkFacts): string | undefined {
  if (!facts.hasNetwork) return 'this box has no network: look at its cable and the switch'
  const isAnyNear = facts.pbxs.some(
    ({ seen, isOutside, neighboursHeard }) => (!isOutside && seen !== 'silent') || neighboursHeard > 0,
  )
  if (isAnyNear || !facts.pbxs.some(({ isOutside }) => !isOutside) || !uplinkIsDown(facts)) return undefined
  return 'nothing around this box answers, neither the PBX nor the Internet: look at its cable and the switch'
}

/** One silent trunk says little; when at least two ways out are silent and none is not, it is the way out. */
function uplinkIsDown({ trunks, overlays, namesAreSilent }: NetworkFacts): boolean {
  const outside = trunks.filter(({ isOutside }) => isOutside)
  const silent =
    outside.filter(({ seen }) => seen === 'silent').length +
    overlays.filter(({ isIsolated }) => isIsolated).length
  const isAnyHeard = silent < outside.length + overlays.length
  return silent > 0 && !isAnyHeard && silent + (namesAreSilent ? 1 : 0) >= 2
}

function uplinkText({ trunks, overlays, namesAreSilent, pbxs }: NetworkFacts): string {
  const silent = [
    trunks.some(({ isOutside }) => isOutside) ? 'all trunks' : undefined,
    overlays.length > 1 ? 'the overlays' : overlays.length === 1 ? 'the overlay' : undefined,
    namesAreSilent ? 'the name servers' : undefined,
  ].filter((part) => part !== undefined)
  const near = pbxs.filter(({ isOutside }) => !isOutside)
  const isNearFine = near.length > 0 && near.every(({ seen }) => seen === 'works')
  return `the Internet uplink is down: ${listed(silent)} are silent${isNearFine ? ', the PBX answers' : ''}`
}

function troubleOutside({ trunks, overlays, namesAreSilent }: NetworkFacts): Fault[] {
  return [
    ...(namesAreSilent ? [fault('names', '', 'name server down: names are answered from memory')] : []),
    ...trunks
      .filter(({ seen }) => seen !== 'works')
      .map(({ name, seen }) =>
        fault('trunk', name, `trunk ${name} ${seen === 'refused' ? 'refuses' : 'does not answer'}`),
      ),
    ...overlays
      .filter(({ isIsolated }) => isIsolated)
      .map(({ domain }) => fault('overlay', domain, `no other box of the overlay ${domain} can be reached`)),
  ]
}

function pbxText({ name, seen, isNameless, neighboursHeard }: PbxFacts): string {
  if (seen === 'overloaded') return `the PBX ${name} is overloaded: it answers 503, or too late`
  if (isNameless) return `the PBX ${name} cannot be found: no name server knows its address`
  if (seen === 'refused') return `the PBX ${name} refuses: nothing takes calls at its address`
  return neighboursHeard > 0
    ? `the PBX ${name} does not answer; other hosts on its network do`
    : `the PBX ${name} does not answer`
}

function fault(kind: Fault['kind'], about: string, text: string): Fault {
  return { kind, about, text }
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last
}
