import type { CallQuestion } from '../domain/route.ts'
import type { Destination } from './destination.ts'
import type { Note } from './options.ts'

/** The first line of a decision record: what the Request-URI was taken for. */
export function destinationNote(
  { requestUri, source, sourceLabel }: CallQuestion,
  destination: Destination,
): Note {
  return {
    step: destination.kind === 'emergency' ? 'emergency' : 'destination',
    asked: `${requestUri} from ${source} ${sourceLabel}`,
    answer: destinationText(destination),
    why: destination.why,
  }
}

function destinationText(destination: Destination): string {
  switch (destination.kind) {
    case 'emergency':
      return `${destination.isTest ? 'emergency test' : 'emergency'} ${destination.number}`
    case 'user':
      return `user ${destination.aor.user}@${destination.aor.domain}`
    case 'group':
      return `group ${destination.group.aor.user}@${destination.group.aor.domain}`
    case 'number':
      return `number ${destination.number}`
    case 'overlay-user':
      return `user ${destination.aor.user}@${destination.aor.domain} of the overlay`
    case 'pbx':
      return `PBX domain ${destination.domain}, ${destinationText(destination.inside)}`
    case 'foreign':
      return `domain ${destination.host}`
    case 'nowhere':
      return 'nowhere'
  }
}
