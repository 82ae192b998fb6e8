import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'

export interface CallbackNumbers {
  /** The caller's own: of its user, or one of ours that a PBX wrote into From. */
  ownNumberOf(question: CallQuestion): E164 | undefined
  /** `emergency.callerId` */
  readonly ofSite: E164 | undefined
  /** What the trunk shows for those without a number: of our people, and of other boxes' calls. */
  ofTrunk(trunk: string): {
    readonly callerId?: E164 | undefined
    readonly overlayCallerId?: E164 | undefined
  }
}

/** Where the rescuers who get a call over this trunk can call back; undefined when nobody has said. */
export function callbackNumberOf(
  question: CallQuestion,
  trunk: string,
  numbers: CallbackNumbers,
): E164 | undefined {
  const { callerId, overlayCallerId } = numbers.ofTrunk(trunk)
  // The number of this site leads to this site: for another box's caller it is as good as that of the trunk.
  const ofOthers = question.source === 'overlay' ? overlayCallerId : undefined
  return numbers.ownNumberOf(question) ?? ofOthers ?? numbers.ofSite ?? callerId
}
