import { type AorText, printAor } from '../domain/aor.ts'
import type { Knowledge, OverlayAnswer } from './knowledge.ts'
import type { UserHome } from './site.ts'

/** What an answer of the overlay adds to what is known. */
export type Lesson = (known: Knowledge) => Knowledge

/** Of the called user. */
export function homesLesson(found: OverlayAnswer<UserHome>): Lesson {
  const isKnownElsewhere = found !== 'no answer' && found.length > 0
  return (known) => ({ ...known, homeBoxes: withPhones(found), isKnownElsewhere })
}

/** Of one member of the called group. */
export function memberLesson(aor: AorText, found: OverlayAnswer<UserHome>): Lesson {
  const homeBoxes = withPhones(found)
  return (known) => ({
    ...known,
    members: known.members.map((member) =>
      printAor(member.aor) === aor ? { ...member, homeBoxes } : member,
    ),
  })
}

/** Of who takes calls in place of a voicemail. */
export function forwardLesson(found: OverlayAnswer<UserHome>): Lesson {
  const learn = homesLesson(found)
  return (known) => {
    const { voicemail } = known
    if (!voicemail?.forward) return known
    const forward = { ...voicemail.forward, knowledge: learn(voicemail.forward.knowledge) }
    return { ...known, voicemail: { ...voicemail, forward } }
  }
}

/** Of other boxes' lines. */
export function servicesLesson(
  services: Knowledge['services'],
  isResting: (peerName: string) => boolean,
): Lesson {
  const names = services === 'no answer' ? [] : services.map(({ peerName }) => peerName)
  const restingBoxes = new Set(names.filter(isResting))
  return (known) => ({ ...known, services, restingBoxes })
}

function withPhones(found: OverlayAnswer<UserHome>): OverlayAnswer<string> {
  if (found === 'no answer') return found
  return [...new Set(found.filter(({ contacts }) => contacts > 0).map(({ peerName }) => peerName))]
}
