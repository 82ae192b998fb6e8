import { type Aor, printAor } from '../domain/aor.ts'
import type { Knowledge, OverlayAnswer } from './knowledge.ts'
import type { Note, Options } from './options.ts'
import type { Refusal } from './refusal.ts'
import { waysTo } from './user-ways.ts'

/** Phones of a user of this box by descending q; other boxes where he has phones ring with the best of them. */
export function userOptions(user: { aor: Aor; hasAccount: boolean }, knowledge: Knowledge): Options {
  const name = printAor(user.aor)
  const count = knowledge.bindings.length
  const note: Note = {
    step: 'registration',
    asked: name,
    answer: count === 0 ? 'no phone registered here' : `${count} ${count === 1 ? 'phone' : 'phones'}`,
    why: count === 0 ? 'the phone is off, or registered elsewhere' : 'phones of this box ring first',
  }
  return {
    groups: waysTo(user.aor, knowledge),
    notes: [note, ...overlayNotes(name, knowledge.homeBoxes)],
    otherwise: withoutPhone(name, user.hasAccount || count > 0, knowledge),
  }
}

function withoutPhone(
  name: string,
  isKnownHere: boolean,
  { homeBoxes, isKnownElsewhere }: Knowledge,
): Refusal {
  if (isKnownHere || isKnownElsewhere) return notRegistered(name)
  if (homeBoxes !== 'no answer') return notFound(`nobody is called ${name}`)
  const why = `nobody here is called ${name}, and the overlay did not say whether somebody elsewhere is`
  return { status: 480, reason: 'Temporarily Unavailable', why }
}

/** A user who lives at other boxes of an overlay. */
export function overlayUserOptions(user: Aor, knowledge: Knowledge): Options {
  const name = printAor(user)
  return {
    groups: waysTo(user, knowledge),
    notes: overlayNotes(name, knowledge.homeBoxes),
    otherwise: withoutHome(name, knowledge),
  }
}

function withoutHome(name: string, { homeBoxes, isKnownElsewhere }: Knowledge): Refusal {
  if (homeBoxes === 'no answer')
    return { status: 503, reason: 'Service Unavailable', why: `the overlay did not say where ${name} is` }
  return isKnownElsewhere ? notRegistered(name) : notFound(`the overlay knows no ${name}`)
}

// The look-up itself left its line with what came back; here only why its silence matters.
function overlayNotes(name: string, homeBoxes: OverlayAnswer<string>): Note[] {
  if (homeBoxes !== 'no answer') return []
  return [{ step: 'overlay', asked: name, answer: 'passed over', why: 'no answer within its time box' }]
}

function notRegistered(name: string): Refusal {
  return { status: 480, reason: 'Temporarily Unavailable', why: `${name} has no phone registered anywhere` }
}

function notFound(why: string): Refusal {
  return { status: 404, reason: 'Not Found', why }
}
