import type { CallClass } from '../domain/call-class.ts'
import { type DialRight, mayReach, rightFor } from '../domain/dial-right.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { Destination } from './destination.ts'
import type { Refusal } from './refusal.ts'

/** What is known of the two ends when rights are checked. */
export interface Standing {
  /** Of the caller; undefined when he has no account. */
  readonly rights: readonly DialRight[] | undefined
  /** The called user has an account or a phone here. */
  readonly calledIsKnown: boolean
  /** Of the called number; undefined when none is called. */
  readonly callClass: CallClass | undefined
  /** The caller was let in without a password while his PBX is gone. */
  readonly isOnGrace: boolean
}

/** Of what somebody may not do who could not prove who he is. */
export const graceRefusal: Refusal = forbidden(
  'the caller was let in without a password while his PBX is gone: he reaches phones of this site and calls for help',
)

/** Who may reach what; undefined when the call may go on. Emergency calls of one's own people ask for no right. */
export function refusal(
  question: CallQuestion,
  destination: Destination,
  standing: Standing,
): Refusal | undefined {
  switch (question.source) {
    case 'phone':
      return refusePhone(destination, standing) ?? refuseGuest(destination, standing)
    case 'pbx':
      return undefined // it has its own rules for its phones
    case 'trunk':
      return refuseTrunk(destination)
    case 'overlay':
      return refusePeer(destination, standing)
    case 'domain':
      return refusePublic(destination, standing)
  }
}

const neededRight: Readonly<Record<Exclude<Destination['kind'], 'number'>, DialRight | undefined>> = {
  emergency: undefined,
  nowhere: undefined,
  pbx: undefined, // the PBX decides; what the box does without it is checked again
  user: 'internal',
  group: 'internal',
  'overlay-user': 'overlay',
  foreign: 'domains',
}

function refusePhone(
  destination: Destination,
  { rights = ['internal'], callClass = 'premium' }: Standing,
): Refusal | undefined {
  if (destination.kind === 'number') {
    return mayReach(callClass, rights)
      ? undefined
      : forbidden(`the caller has no right "${rightFor(callClass)}", and this number is ${callClass}`)
  }
  const needed = neededRight[destination.kind]
  if (needed === undefined || rights.includes(needed)) return undefined
  return forbidden(`the caller has no right "${needed}"`)
}

function refuseGuest({ kind }: Destination, { isOnGrace }: Standing): Refusal | undefined {
  const isOutside = kind === 'number' || kind === 'foreign' || kind === 'overlay-user'
  return isOnGrace && isOutside ? graceRefusal : undefined
}

// A DID may lead anywhere the operator says, but never out to the telephone network again.
function refuseTrunk({ kind }: Destination): Refusal | undefined {
  return kind === 'number' || kind === 'emergency'
    ? forbidden('calls from a trunk never leave by a trunk')
    : undefined
}

function refusePeer(destination: Destination, { calledIsKnown }: Standing): Refusal | undefined {
  switch (destination.kind) {
    case 'overlay-user':
      return destination.isAssigned
        ? undefined
        : notFound('the caller was sent here by the overlay, and the user is not here')
    case 'foreign':
      return forbidden('other boxes reach domains by themselves')
    case 'number':
      return destination.forPeer ? undefined : forbidden('other boxes ask for a line by the peer name')
    case 'pbx':
      return calledIsKnown ? undefined : notFound('other boxes reach only known users of a PBX')
    default:
      return undefined
  }
}

function refusePublic(destination: Destination, { calledIsKnown }: Standing): Refusal | undefined {
  switch (destination.kind) {
    case 'emergency':
    case 'number':
    case 'foreign':
      return forbidden('no relay: public callers reach only users')
    case 'pbx':
      return calledIsKnown ? undefined : notFound('public callers reach only known users of a PBX')
    default:
      return undefined
  }
}

function forbidden(why: string): Refusal {
  return { status: 403, reason: 'Forbidden', why }
}

function notFound(why: string): Refusal {
  return { status: 404, reason: 'Not Found', why }
}
