/** What the end of a target says about the others that could be tried. */
export type Meaning =
  /** Somebody said no: he would say it again. */
  | 'person'
  /** The number is wrong, whoever is asked. */
  | 'number'
  /** It was reached, and nobody answered. */
  | 'nobody'
  /** The way is dead or has no room: somebody else may do better. */
  | 'path'

const byCause = new Map<number, Meaning>([
  [1, 'number'], // unallocated
  [2, 'path'],
  [3, 'path'],
  [5, 'path'],
  [6, 'path'],
  [17, 'person'], // busy
  [18, 'nobody'],
  [19, 'nobody'],
  [20, 'nobody'],
  [21, 'person'], // rejected
  [22, 'number'], // changed
  [25, 'path'],
  [27, 'path'],
  [28, 'number'], // incomplete
  [29, 'path'],
  [55, 'person'], // incoming calls barred
  [87, 'person'], // closed user group
])

// Q.850 §2.1: classes 2 to 6 are no resources, not available, not implemented, invalid message, protocol error.
const firstOfTheNetwork = 32
/** Interworking: nothing more is known. */
const nothingKnown = 127

/** What a Q.850 cause means to a hunt; undefined when it says nothing, as 16 and 31. */
export function meaningOfCause(cause: number): Meaning | undefined {
  return byCause.get(cause) ?? (cause >= firstOfTheNetwork && cause < nothingKnown ? 'path' : undefined)
}
