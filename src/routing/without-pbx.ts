import { printAor } from '../domain/aor.ts'
import type { Destination, InsideDestination } from './destination.ts'
import type { Knowledge } from './knowledge.ts'
import type { Note, Options } from './options.ts'
import { isAsked } from './pbx-option.ts'
import type { Refusal } from './refusal.ts'
import type { PbxView } from './site.ts'
import { dialledIn, withForward } from './voicemail.ts'

/**
 * A call into the domain of a PBX that is gone: the phones, groups and lines that the box knows; where the voicemail's
 * calls go, when nobody answers; and words for what only the PBX can do.
 */
export function withoutPbx(
  pbx: PbxView,
  { requestUri, inside: place }: Extract<Destination, { kind: 'pbx' }>,
  inside: Options,
  forward: Options | undefined,
  { voicemail }: Knowledge,
): Options {
  const dialled = dialledIn(requestUri) ?? ''
  if (voicemail?.numbers.includes(dialled)) return withoutVoicemail(pbx, dialled, forward)
  if (isFeatureCode(dialled, place) && inside.groups.length === 0) {
    const why = `${dialled} is a feature of the PBX ${pbx.name}, which is gone`
    return {
      groups: [],
      notes: [noteOf(pbx, why)],
      otherwise: refused('This Feature Is Away With The PBX', why),
    }
  }
  const notes = [noteOf(pbx, wordsFor(place)), ...inside.notes]
  const isForPeople = place.kind === 'user' || place.kind === 'group'
  if (!isForPeople || !voicemail || inside.otherwise.status === 403) return { ...inside, notes }
  const options = forward ? withForward({ ...inside, notes }, forward) : { ...inside, notes }
  return {
    ...options,
    otherwise: { ...inside.otherwise, warning: `${inside.otherwise.why}; ${noVoicemail(pbx)}` },
  }
}

/** Whether somebody dials what only the PBX can do, and it is gone: nobody elsewhere need be asked. */
export function isOnlyAtPbx(
  { requestUri, inside }: Extract<Destination, { kind: 'pbx' }>,
  { pbx, voicemail, bindings }: Knowledge,
): boolean {
  if (!pbx || isAsked(pbx)) return false
  const dialled = dialledIn(requestUri) ?? ''
  return (
    voicemail?.numbers.includes(dialled) === true || (isFeatureCode(dialled, inside) && bindings.length === 0)
  )
}

function isFeatureCode(dialled: string, place: InsideDestination): boolean {
  return place.kind === 'user' && !place.hasAccount && /^[*#]/.test(dialled)
}

function withoutVoicemail(pbx: PbxView, dialled: string, forward: Options | undefined): Options {
  const why = `${dialled} is the voicemail of the PBX ${pbx.name}, which is gone`
  const otherwise = refused('Voicemail Is Away With The PBX', why)
  if (!forward) return { groups: [], notes: [noteOf(pbx, why)], otherwise }
  const note = noteOf(pbx, `${why}: the call goes where its calls go`)
  return { groups: forward.groups, notes: [note, ...forward.notes], otherwise }
}

function wordsFor(place: InsideDestination): string {
  const gone = 'the PBX is gone'
  switch (place.kind) {
    case 'user':
      return `${gone}: rings the phones of ${printAor(place.aor)} that the box knows`
    case 'group':
      return `${gone}: rings the members that the box knows`
    case 'number':
      return `${gone}: the box calls ${place.number} by the lines that it knows`
    default:
      return `${gone}: the box stands in for it`
  }
}

function noVoicemail({ name }: PbxView): string {
  return `the voicemail of the PBX ${name} is away`
}

function noteOf({ name, state }: PbxView, why: string): Note {
  return { step: 'pbx', asked: name, answer: state, why }
}

function refused(reason: string, why: string): Refusal {
  return { status: 480, reason, why, warning: why }
}
