import { parseAor } from '../domain/aor.ts'
import { isE164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { type Destination, insideOf } from './destination.ts'
import type { Option, Options } from './options.ts'
import { assigned } from './place.ts'
import type { Site, VoicemailEntry } from './site.ts'

export type ForwardDestination = Exclude<Destination, { kind: 'pbx' | 'emergency' }>

/** How long phones ring before a call goes where the voicemail's calls go, unless they ring shorter anyway. */
const ringSeconds = 25

/** What somebody has dialled, digits or name; undefined when it is no URI that the box reads. */
export function dialledIn(requestUri: string): string | undefined {
  const uri = parseDialledUri(requestUri)
  return uri?.scheme === 'tel' ? uri.number : uri?.user
}

/** Where calls go that the voicemail of a PBX would have taken; undefined when the operator has named no place. */
export function forwardOf(
  { forwardTo }: VoicemailEntry,
  question: CallQuestion,
  site: Site,
): ForwardDestination | undefined {
  if (forwardTo === undefined) return undefined
  const why = 'in place of the voicemail of the PBX'
  if (isE164(forwardTo)) {
    const did = site.numbers.didOf(forwardTo)
    if (!did) return { kind: 'number', number: forwardTo, forPeer: false, why }
    return inside(assigned(did, why, question, site))
  }
  const user = parseAor(forwardTo)
  return user && inside(assigned(user, why, { ...question, requestUri: `sip:${forwardTo}` }, site))
}

function inside(destination: Destination): ForwardDestination | undefined {
  const place = insideOf(destination)
  return place.kind === 'emergency' ? undefined : place
}

/** The same ways, and after them those that the voicemail's calls go. */
export function withForward({ groups, notes, otherwise }: Options, forward: Options): Options {
  const taken = new Set(groups.flat().map(placeOf))
  const added = forward.groups
    .map((group) => group.filter((option) => !taken.has(placeOf(option))))
    .filter((group) => group.length > 0)
  if (added.length === 0) return { groups, notes: [...notes, ...forward.notes], otherwise }
  const first = groups.map((group) =>
    group.map((option) => ({
      ...option,
      ringSeconds: Math.min(option.ringSeconds ?? ringSeconds, ringSeconds),
    })),
  )
  return { groups: [...first, ...added], notes: [...notes, ...forward.notes], otherwise }
}

function placeOf({ path, label, uri }: Option): string {
  return `${path} ${label} ${uri}`
}
